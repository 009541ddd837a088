/** The page of `counterstream serve`: its own script and style, put where the wheel takes them from. */
import { copyFileSync } from "node:fs";
import { defineConfig } from "vite";
import report from "./vite.config.ts";

const OUT = "../src/counterstream/app/static";

export default defineConfig({
  build: {
    ...report.build,
    outDir: OUT,
    lib: { entry: "src/serve/main.tsx", formats: ["iife"], name: "counterstream", fileName: () => "serve.js", cssFileName: "serve" },
  },
  plugins: [
    {
      name: "shell",
      closeBundle: () => ["serve.html", "icon.svg"].forEach((name) => copyFileSync(`src/serve/${name}`, `${OUT}/${name}`)),
    },
  ],
});
