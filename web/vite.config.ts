import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page goes into the Python package, which serves it at "/". */
export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    outDir: "../src/costplane/web/dist",
    emptyOutDir: true,
    target: "es2022",
    // The chart library is one lazy chunk of its own; a warning about its size helps nobody.
    chunkSizeWarningLimit: 700,
  },
});
