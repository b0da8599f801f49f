import { defineConfig, mergeConfig } from "vite";
import base from "../vite.config.ts";
import { recorded } from "./recorded.ts";

/** `npm run dev` without a server: answers of the API's shape from made-up usage. */
export default mergeConfig(base, defineConfig({ plugins: [recorded()] }));
