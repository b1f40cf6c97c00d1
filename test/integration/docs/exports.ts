import { join, relative } from "node:path";
import ts from "typescript";
import { entries, sourceOf } from "../../support/entries.js";
import { ROOT } from "./blocks.js";

/** An exported name, a member or a choice, with its documentation. */
export interface Described {
  /** The name, such as `EmbedderOptions.batchSize`, or `FaultName "cut"` for a string of a union type. */
  readonly name: string;
  readonly kind: "export" | "member" | "choice";
  /** The path, such as `src/core/options/options.ts`. */
  readonly file: string;
  /** The documentation; empty if there is none. */
  readonly text: string;
  readonly defaultValue: string | undefined;
  /** Whether it is optional. */
  readonly optional: boolean;
  /** The declared type without `undefined`; empty if none is declared. */
  readonly type: string;
  /** Whether its type includes `number`. */
  readonly numeric: boolean;
  /** The kind of declaration, such as `ClassDeclaration`. */
  readonly syntax: string;
  /** The tags of its doc comment, such as `throws`. */
  readonly tags: readonly string[];
}

const SOURCE = join(ROOT, "src/");
const paths = entries.map((entry) => join(ROOT, sourceOf(entry)));
const program = ts.createProgram(paths, { ...compilerOptions(), noEmit: true });
const checker = program.getTypeChecker();

/** The entry files of the package. */
export const entryFiles = paths.map((path) => program.getSourceFile(path) as ts.SourceFile);

/** Returns all exports of the entries with their members, without duplicates. */
export function described(): Described[] {
  const symbols = new Set(entryFiles.flatMap(exportedBy));
  const found = [...symbols].flatMap((symbol) => [
    describe(symbol, symbol.name, "export"),
    ...membersOf(symbol),
    ...choicesOf(symbol),
  ]);
  // An inherited option is found in each subtype, and two frameworks have classes of the same name.
  return [...new Map(found.map((one) => [`${one.file} ${one.name}`, one])).values()];
}

/** Returns the options of the interfaces with this name in all entries, including inherited options. */
export function optionsOf(name: string): string[] {
  const symbols = entryFiles.flatMap(exportedBy).filter((symbol) => symbol.name === name);
  const members = symbols.flatMap((symbol) =>
    checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)),
  );
  return [...new Set(members.map((member) => member.name))].toSorted();
}

function exportedBy(file: ts.SourceFile): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(file) as ts.Symbol;
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

function membersOf(symbol: ts.Symbol): Described[] {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return [];
  const own = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
  const made = symbol.members?.get(ts.InternalSymbolName.Constructor);
  const shared = symbol.flags & ts.SymbolFlags.Class ? [...(symbol.exports?.values() ?? [])] : [];
  return [...own, ...(made ? [made] : []), ...shared].filter(isPublic).map((member) => {
    const name = member === made ? "constructor" : member.name;
    return describe(member, `${ownerOf(member)}.${name}`, "member");
  });
}

/** Returns the class or interface that declares a member. */
function ownerOf(member: ts.Symbol): string {
  const { parent } = declarationOf(member) as { parent: ts.Node };
  return ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent) ? (parent.name?.text ?? "") : "";
}

/** Whether src/ declares a member for users. Members with one string value (`type: "retry"`) need no comment. */
function isPublic(member: ts.Symbol): boolean {
  const declaration = declarationOf(member);
  if (!declaration?.getSourceFile().fileName.startsWith(SOURCE)) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  if (ts.getCombinedModifierFlags(declaration) & hidden) return false;
  const written = ts.getNameOfDeclaration(declaration);
  if (written && ts.isPrivateIdentifier(written)) return false;
  if (member.getJsDocTags(checker).some(({ name }) => name === "internal")) return false;
  return !checker.getTypeOfSymbol(member).isStringLiteral();
}

function describe(symbol: ts.Symbol, name: string, kind: Described["kind"]): Described {
  const declaration = declarationOf(symbol) as ts.Declaration;
  const tags = symbol.getJsDocTags(checker);
  const [defaultValue, ...others] = [
    tags.find((tag) => tag.name === "defaultValue"),
    ...tags.filter((tag) => ["param", "throws", "returns"].includes(tag.name)),
  ].map((tag) => ts.displayPartsToString(tag?.text));
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return {
    name,
    kind,
    file: relative(ROOT, declaration.getSourceFile().fileName),
    text: [text, ...others].join("\n").trim(),
    defaultValue: defaultValue || undefined,
    optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
    type: typeOf(declaration),
    numeric: typesOf(declaration).some(({ kind: word }) => word === ts.SyntaxKind.NumberKeyword),
    syntax: ts.SyntaxKind[declaration.kind],
    tags: tags.map((tag) => tag.name),
  };
}

/** Returns the strings of a union type. Each has its own comment, or is in backticks in the comment of the type. */
function choicesOf(symbol: ts.Symbol): Described[] {
  const declaration = declarationOf(symbol) as ts.Declaration;
  if (!ts.isTypeAliasDeclaration(declaration) || !ts.isUnionTypeNode(declaration.type)) return [];
  const whole = describe(symbol, symbol.name, "choice");
  const types = typesOf(declaration);
  const open = types.some((type) => !ts.isLiteralTypeNode(type));
  if (open) return [];
  const written = declaration.type.getFullText();
  return types.map((type) => {
    const word = type.getText();
    const own = new RegExp(String.raw`/\*\*((?:(?!\*/)[^])*)\*/\s*\| ${word}`).exec(written)?.[1]?.trim();
    const marked = [`\`${word}\``, `\`${word.slice(1, -1)}\``].some((mark) => whole.text.includes(mark));
    return { ...whole, name: `${symbol.name} ${word}`, text: own ?? (marked ? whole.text : "") };
  });
}

function typeOf(declaration: ts.Declaration): string {
  const { type } = declaration as { type?: ts.TypeNode };
  return (type?.getText() ?? "").replaceAll(/ \| undefined\b/g, "").replace(/^\((.*)\)$/s, "$1");
}

function typesOf(declaration: ts.Declaration): readonly ts.TypeNode[] {
  const { type } = declaration as { type?: ts.TypeNode };
  if (!type) return [];
  return ts.isUnionTypeNode(type) ? type.types : [type];
}

function declarationOf(symbol: ts.Symbol): ts.Declaration | undefined {
  return symbol.valueDeclaration ?? symbol.declarations?.[0];
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
}
