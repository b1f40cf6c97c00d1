import { Ask } from "./ask";

/** The environment is read per request, not by `next build`. */
export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <main>
      <h1>Ask the AI SDK documentation</h1>
      <p>
        Vector search finds 20 passages, reranking selects 5, and a language model answers from these.{" "}
        {process.env.TOGETHER_API_KEY
          ? "The models are served by Together."
          : "The models are emulated: they compare words, without a key or a network."}
      </p>
      <Ask />
    </main>
  );
}
