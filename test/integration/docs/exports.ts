import { join, relative } from "node:path";
import ts from "typescript";
import { entries, sourceOf } from "../../support/entries.js";
import { ROOT } from "./blocks.js";

/** Something that users can name, and what is written above it. */
export interface Described {
  /** As `EmbedderOptions.batchSize`, or `FaultName "cut"` for one of the words that a type admits. */
  readonly name: string;
  readonly kind: "export" | "member" | "choice";
  /** As `src/core/options/options.ts`. */
  readonly file: string;
  /** What is said of it; empty if nothing is. */
  readonly text: string;
  readonly defaultValue: string | undefined;
  /** Whether it may be left out. */
  readonly optional: boolean;
  /** Its type as written, without `undefined`; empty if none is written. */
  readonly type: string;
  /** Whether it may be any number. */
  readonly numeric: boolean;
  /** What it is in the code, as `ClassDeclaration`. */
  readonly syntax: string;
  /** The tags of its comment, as `throws`. */
  readonly tags: readonly string[];
}

const SOURCE = join(ROOT, "src/");
const paths = entries.map((entry) => join(ROOT, sourceOf(entry)));
const program = ts.createProgram(paths, { ...compilerOptions(), noEmit: true });
const checker = program.getTypeChecker();

/** The files whose exports are the package's. */
export const entryFiles = paths.map((path) => program.getSourceFile(path) as ts.SourceFile);

/** All that the entries export, with its members, each once. */
export function described(): Described[] {
  const symbols = new Set(entryFiles.flatMap(exportedBy));
  const found = [...symbols].flatMap((symbol) => [
    describe(symbol, symbol.name, "export"),
    ...membersOf(symbol),
    ...choicesOf(symbol),
  ]);
  // An inherited option is found at each heir, and two frameworks have classes of the same name.
  return [...new Map(found.map((one) => [`${one.file} ${one.name}`, one])).values()];
}

/** The options that an interface of this name has, inherited ones included, in whichever entries export one. */
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

/** The class or interface where it is written. */
function ownerOf(member: ts.Symbol): string {
  const { parent } = declarationOf(member) as { parent: ts.Node };
  return ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent) ? (parent.name?.text ?? "") : "";
}

/** Whether users see it, and it is ours. What can have one value only, as `type: "retry"`, says enough by that. */
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

/** The words that a type admits: said above each word, or in code marks above them all. */
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
