import packageJson from "../../package.json" with { type: "json" };

const entries = Object.values(packageJson.exports).filter((entry) => typeof entry === "object");

/**
 * `npm run reference`: a page for each entry, from the doc comments.
 *
 * A link to what there is not, or a type that is used and not exported, is a warning, and a warning is a failure. That
 * nothing lacks its words is for test/integration/docs/exports.test.ts to say, in npm test.
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
  // "that of the first answer" is no code.
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
