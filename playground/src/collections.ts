/** Something to search, and a question whose answer is among it. */
export interface Collection {
  readonly name: string;
  readonly question: string;
  readonly texts: readonly string[];
}

export const collections: readonly Collection[] = [
  {
    name: "Nature",
    question: "What do plants make from light?",
    texts: [
      "Photosynthesis: plants turn light, water and carbon dioxide into sugar and oxygen.",
      "Plants in a dark room grow long and pale while they look for light.",
      "Bees live on nectar and carry pollen from plant to plant.",
      "Rust is what iron and wet air make of each other.",
      "The tide follows the moon, and a little the sun.",
      "A light breeze moves leaves before it moves branches.",
      "Lightning is air made so hot that it gives light.",
      "Roots drink water and hold the soil together.",
    ],
  },
  {
    name: "Rate limits",
    question: "What should a client do after a 429?",
    texts: [
      "A 429 says that requests came faster than the limit: wait as long as the answer says, then go on more slowly.",
      "A 503 says that the server has no capacity at the moment, at or below your limit.",
      "A 401 says that the key is wrong; trying again cannot help.",
      "Steady traffic raises a dynamic limit, and bursts are refused.",
      "A client that sends all at once is refused for most of what it sends.",
      "Batches of many texts need fewer requests than one request for each text.",
      "A timeout should cover the whole answer, and not its headers alone.",
    ],
  },
  {
    name: "Cooking",
    question: "How long do I boil an egg so that it is hard?",
    texts: [
      "Boil an egg for ten minutes and it is hard; for five, and the yolk still runs.",
      "Hard cheese keeps for weeks in a cool place.",
      "Water boils sooner on a mountain, so pasta takes longer there.",
      "Whisk the white of an egg until it is stiff.",
      "Bread rises because yeast makes gas from sugar.",
      "An onion fried slowly turns sweet and brown.",
    ],
  },
];
