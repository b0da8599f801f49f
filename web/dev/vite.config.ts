import { defineConfig, mergeConfig } from "vite";
import base from "../vite.config";
import { recorded } from "./recorded";

/** `npm run dev` without a server: answers of the API's shape from made-up usage. */
export default mergeConfig(base, defineConfig({ root: "..", plugins: [recorded()] }));
