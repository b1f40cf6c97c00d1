import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** An import of a file. */
export interface Import {
  /** The specifier in the source; `"(computed)"` if it is not a literal. */
  readonly from: string;
  /** `"types"` is removed at run time, `"dynamic"` is loaded when it is executed. */
  readonly kind: "types" | "static" | "dynamic";
}

/** A parsed source file of the package. */
export interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Every node of the file. */
  readonly nodes: readonly ts.Node[];
}

/** Parses all files of src/. */
export function sources(): Source[] {
  const files = ts.sys.readDirectory(`${ROOT}src`, [".ts"]);
  return files.map(parse).toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function parse(file: string): Source {
  const text = readFileSync(file, "utf8");
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const nodes = descendants(tree);
  return {
    path: relative(ROOT, file).replaceAll("\\", "/"),
    lines: text.split("\n").length - 1,
    imports: nodes.flatMap((node) => importOf(node) ?? []),
    nodes,
  };
}

function descendants(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child, ...descendants(child)));
  return children;
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    // `import { type A }` is still loaded at run time.
    const kind = node.importClause?.isTypeOnly ? "types" : "static";
    return { from: written(node.moduleSpecifier), kind };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { from: written(node.moduleSpecifier), kind: node.isTypeOnly ? "types" : "static" };
  }
  if (ts.isImportTypeNode(node)) {
    return {
      from: ts.isLiteralTypeNode(node.argument) ? written(node.argument.literal) : "(computed)",
      kind: "types",
    };
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) {
    return { from: written(node.arguments[0]), kind: "dynamic" };
  }
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  const required = ts.isIdentifier(callee) && callee.text === "require";
  return callee.kind === ts.SyntaxKind.ImportKeyword || required;
}

function written(node: ts.Node | undefined): string {
  return node && ts.isStringLiteralLike(node) ? node.text : "(computed)";
}

/** Returns the names of properties that a file declares, reads, writes or destructures. */
export function propertyNames({ nodes }: Source): string[] {
  return nodes.flatMap((node) => {
    if (ts.isPropertyAccessExpression(node)) return node.name.text;
    if (ts.isElementAccessExpression(node)) return written(node.argumentExpression);
    if (ts.isBindingElement(node)) return nameOf(node.propertyName ?? node.name);
    const declares = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
    return declares || ts.isPropertySignature(node) ? nameOf(node.name) : [];
  });
}

function nameOf(name: ts.Node): string[] {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? [name.text] : [];
}

/** Returns the exports of a file, sorted. Types begin with `type`, and `export *` is `*`. */
export function exportsOf({ nodes }: Source): string[] {
  const names = nodes.flatMap((node) => {
    if (ts.isExportDeclaration(node)) return listed(node);
    const exported =
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) return [];
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return `type ${node.name.text}`;
    return ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node)
      ? (node.name?.text ?? "default")
      : "*";
  });
  return names.toSorted();
}

function listed({ exportClause, isTypeOnly }: ts.ExportDeclaration): string[] {
  if (!exportClause || !ts.isNamedExports(exportClause)) return ["*"];
  return exportClause.elements.map((one) => `${isTypeOnly || one.isTypeOnly ? "type " : ""}${one.name.text}`);
}

/** Returns the names of classes, interfaces and type aliases in a file. */
export function typeNames({ nodes }: Source): string[] {
  return nodes.flatMap((node) =>
    ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node)
      ? (node.name?.text ?? [])
      : [],
  );
}

/** Returns getters, and functions named is…, has… or next…, that assign, increment or decrement a property. */
export function mutatingQueries({ nodes }: Source): string[] {
  return nodes.flatMap((node) => {
    const isNamed = ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node);
    if (!isNamed && !ts.isGetAccessor(node)) return [];
    const name = node.name?.getText() ?? "";
    const isQuery = ts.isGetAccessor(node) || /^#?(is|has|next)([A-Z]|$)/.test(name);
    return isQuery && descendants(node).some(changesProperty) ? [name] : [];
  });
}

function changesProperty(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return assigns && ts.isPropertyAccessExpression(node.left);
  }
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return false;
  const counts =
    node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
  return counts && ts.isPropertyAccessExpression(node.operand);
}

/** Returns whether a file contains `any`. */
export function saysAny({ nodes }: Source): boolean {
  return nodes.some(({ kind }) => kind === ts.SyntaxKind.AnyKeyword);
}
