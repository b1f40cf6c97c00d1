import { dirname, join } from "node:path";
import ts from "typescript";
import { ROOT, type Block } from "./blocks.js";

/**
 * Compiles the blocks in one program, and returns its errors, such as `README.md:15 line 3: ...`.
 *
 * @param folder - The folder from which the blocks import packages.
 */
export function compilerErrors(blocks: readonly Block[], folder = ""): string[] {
  const options = { ...compilerOptions(folder), noEmit: true };
  const sources = new Map(blocks.map((block, place) => [join(ROOT, folder, `block-${place}.ts`), block]));
  const disk = ts.createCompilerHost(options);
  const codeOf = (path: string): string | undefined => {
    const block = sources.get(path);
    // The export makes the block a module. Otherwise all blocks would share their names.
    return block && `${block.code}\nexport {};\n`;
  };
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => sources.has(path) || disk.fileExists(path),
    readFile: (path) => codeOf(path) ?? disk.readFile(path),
    getSourceFile: (path, language, ...rest) => {
      const code = codeOf(path);
      if (code === undefined) return disk.getSourceFile(path, language, ...rest);
      return ts.createSourceFile(path, code, language);
    },
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => describe(diagnostic, sources));
}

/** Compiles a block to a JavaScript module. */
export function compiled({ code }: Block): string {
  return ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  }).outputText;
}

function compilerOptions(folder: string): ts.CompilerOptions {
  const file = ts.findConfigFile(join(ROOT, folder), (path) => ts.sys.fileExists(path)) ?? "";
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(file)).options;
}

function describe(
  { file, start = 0, messageText }: ts.Diagnostic,
  sources: ReadonlyMap<string, Block>,
): string {
  const message = ts.flattenDiagnosticMessageText(messageText, " ");
  if (!file) return message;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${sources.get(file.fileName)?.name ?? file.fileName} line ${line + 1}: ${message}`;
}
