/** Opens a store that another process has filled, and prints its contents as JSON. */

import { serviceFrom } from "../../../../examples/kit/service.js";
import { openStore, type StoreName } from "../../../../examples/stores/stores.js";

const [name, folder, databaseURL, question] = process.argv.slice(2) as [StoreName, string, string, string];
const store = await openStore(name, serviceFrom(process.env), { folder, databaseURL });
console.log(JSON.stringify({ count: await store.count(), found: await store.search(question, 1) }));
await store.close();
