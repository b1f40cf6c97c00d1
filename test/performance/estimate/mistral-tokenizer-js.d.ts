declare module "mistral-tokenizer-js" {
  const tokenizer: { encode(text: string): number[] };
  export default tokenizer;
}
