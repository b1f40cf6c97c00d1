import { startLimits } from "./limit-view.js";
import { startSearch } from "./search-view.js";

startSearch();
startLimits();
