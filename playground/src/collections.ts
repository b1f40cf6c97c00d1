/** Texts to search, a question that one of them answers, and a question without an answer. */
export interface Collection {
  readonly name: string;
  readonly question: string;
  readonly unanswered: string;
  readonly texts: readonly string[];
}

export const collections: readonly Collection[] = [
  {
    name: "Nature",
    question: "What do plants make from light?",
    unanswered: "Who won the football world cup in 1954?",
    texts: [
      "Photosynthesis: plants turn light, water and carbon dioxide into sugar and oxygen.",
      "Plants in a dark room grow long and pale while they look for light.",
      "Bees eat nectar and carry pollen from plant to plant.",
      "Iron and wet air form rust.",
      "The moon causes the tide, and the sun adds a little.",
      "A light breeze moves leaves, a strong one moves branches.",
      "Lightning heats the air until it gives off light.",
      "Roots take up water and hold the soil together.",
    ],
  },
  {
    name: "Rate limits",
    question: "What should a client do after a 429?",
    unanswered: "How do I bake bread?",
    texts: [
      "After a 429 a client should wait until the reset, then send fewer requests per second.",
      "A 503 means that the server has no capacity at the moment.",
      "A 401 means that the key is wrong. A retry cannot help.",
      "Steady traffic raises a dynamic rate limit. The server rejects bursts.",
      "A client that sends all requests at once gets a 429 for most of them.",
      "A batch holds many texts, so it needs fewer requests than one request per text.",
      "A timeout should cover the whole response, not only its headers.",
    ],
  },
  {
    name: "Cooking",
    question: "How long do I boil an egg so that it is hard?",
    unanswered: "Where can I buy a bicycle?",
    texts: [
      "Boil an egg for ten minutes and it is hard. After five minutes the yolk is soft.",
      "Hard cheese keeps for weeks in a cool place.",
      "Water boils at a lower temperature on a mountain, so pasta takes longer there.",
      "Whisk the white of an egg until it is stiff.",
      "Bread rises because yeast makes gas from sugar.",
      "An onion that you fry slowly turns sweet and brown.",
    ],
  },
];
