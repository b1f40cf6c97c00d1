/**
 * The error of a provider without models of a kind. The AI SDK recognizes its errors by these symbols, not by their
 * class, so a provider does not import it (`AISDKError.hasMarker` in @ai-sdk/provider 3.0.19, read 2026-11).
 */
export class NoSuchModelError extends Error {
  override readonly name = "AI_NoSuchModelError";
  readonly modelId: string;
  readonly modelType: string;

  constructor(modelId: string, modelType: string) {
    super(
      `Cannot use "${modelId}" as ${modelType}: this provider has embedding and reranking models only; ` +
        "use @ai-sdk/togetherai for other kinds of models",
    );
    this.modelId = modelId;
    this.modelType = modelType;
    for (const marker of ["vercel.ai.error", `vercel.ai.error.${this.name}`]) {
      Object.defineProperty(this, Symbol.for(marker), { value: true });
    }
  }
}
