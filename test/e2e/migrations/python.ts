/**
 * Sends the requests of Python's langchain-together 0.4.0, one text after another. It calls `client.create(input=text,
 * model=model)` of OpenAI's client (libs/together/langchain_together/embeddings.py at 172b429, 2026-07-15). That client
 * adds `encoding_format: "base64"` (openai-python 3.3.1, src/openai/resources/embeddings.py).
 */
export async function embedDocuments(
  texts: readonly string[],
  model: string,
  more: object = {},
): Promise<number[][]> {
  const vectors: number[][] = [];
  for (const input of texts) vectors.push(await create({ input, model, ...more, encoding_format: "base64" }));
  return vectors;
}

async function create(body: object): Promise<number[]> {
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${process.env.TOGETHER_API_KEY}`,
  };
  const address = "https://api.together.xyz/v1/embeddings";
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`Error code: ${response.status}`);
  const { data } = (await response.json()) as { data: [{ embedding: string }] };
  const bytes = new Uint8Array(Buffer.from(data[0].embedding, "base64"));
  return Array.from(new Float32Array(bytes.buffer));
}
