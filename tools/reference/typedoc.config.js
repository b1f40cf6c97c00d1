import packageJson from "../../package.json" with { type: "json" };

const entries = Object.values(packageJson.exports).filter((entry) => typeof entry === "object");

/**
 * `npm run reference`: writes one page per entry, from the doc comments.
 *
 * A warning is an error: for example a link without a target, or a type that is used and not exported. In npm test,
 * test/integration/docs/exports.test.ts checks that every export has a doc comment.
 *
 * @type {Partial<import("typedoc").TypeDocOptions & import("typedoc-plugin-markdown").PluginOptions>}
 */
export default {
  plugin: ["typedoc-plugin-markdown"],
  name: "together-retrieval",
  tsconfig: "../tsconfig.json",
  entryPoints: entries.map(({ import: { default: file } }) =>
    file.replace(/^\.\/dist\/(.+)\.js$/, "../../src/$1.ts"),
  ),
  out: "../../docs/reference/api",
  readme: "none",
  router: "module",
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  sort: ["source-order"],
  // A default value such as "that of the first response" is not code.
  jsDocCompatibility: { defaultTag: false },
  hideBreadcrumbs: true,
  hideGroupHeadings: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  tableColumnSettings: { hideInherited: true, hideModifiers: true, hideOverrides: true },
  treatWarningsAsErrors: true,
};
