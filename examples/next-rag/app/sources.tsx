import type { Source } from "../lib/search";

/** The sources with their place and score in the vector search and after reranking. */
export function Sources({ sources }: { readonly sources: readonly Source[] }) {
  return (
    <section aria-labelledby="sources">
      <h2 id="sources">Sources</h2>
      <table>
        <caption>Place and score in the vector search and after reranking</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Vector search</th>
            <th scope="col">Reranking</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source, at) => (
            <tr key={source.place}>
              <td>
                <details>
                  <summary>
                    [{at + 1}] {source.headings.slice(1).join(" › ") || source.headings[0]}{" "}
                    <span>{source.file}</span>
                  </summary>
                  <pre>{source.text}</pre>
                </details>
              </td>
              <td>
                <Score place={source.place} score={source.similarity} />
              </td>
              <td>
                {source.relevance === undefined ? "off" : <Score place={at + 1} score={source.relevance} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Score({ place, score }: { readonly place: number; readonly score: number }) {
  return (
    <>
      <strong>{place}.</strong> {score.toFixed(3)}
    </>
  );
}
