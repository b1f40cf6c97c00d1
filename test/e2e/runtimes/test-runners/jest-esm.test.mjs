import { jest } from "@jest/globals";
import clock from "./jest-clock.cjs";
import specs from "./specs.cjs";

const { spyOn, resetModules } = jest;
const runner = { describe, it, expect, afterEach, spyOn, resetModules, clock: clock(jest) };
specs(runner, (name) => import(name));
