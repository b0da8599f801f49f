import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = process.env.COSTPLANE_URL ?? "http://127.0.0.1:8080";

/**
 * The page goes into the Python package, which serves it at "/". While it is worked on,
 * `npm run dev` serves it and passes the API's paths on to a running Costplane.
 */
export default defineConfig({
  plugins: [react()],
  base: "/",
  server: { proxy: { "^/(v1|providers|subscriptions)/": SERVER } },
  build: {
    outDir: "../src/costplane/web/dist",
    emptyOutDir: true,
    target: "es2022",
    // The chart library is one lazy chunk of its own; a warning about its size helps nobody.
    chunkSizeWarningLimit: 700,
  },
});
