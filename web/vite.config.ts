/** One script and one style sheet, put where the wheel takes them from. */
import { defineConfig } from "vite";

// The licences of what is built in ask that their notices go with it.
const NOTICE = "/*! counterstream, BSD-3-Clause. Contains Preact (MIT, Jason Miller) and modules of D3 (ISC, Mike Bostock). */";

export default defineConfig({
  build: {
    outDir: "../src/counterstream/report/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: true,
    lib: { entry: "src/main.tsx", formats: ["iife"], name: "counterstream", fileName: () => "counterstream.js", cssFileName: "counterstream" },
    rolldownOptions: { output: { postBanner: NOTICE } },
  },
});
