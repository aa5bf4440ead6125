// Bundles src/ and style/ into ../static/report.js and report.css, with the licences of what is
// bundled in NOTICES.txt. The first line of report.js holds the hash of the sources, so that a
// stale bundle is noticed also where there is no node. `--check` compares and writes nothing.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");

function sources() {
  const files = ["package-lock.json", "build.mjs", "tsconfig.json"];
  for (const folder of ["src", "style"]) {
    for (const entry of readdirSync(join(here, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(relative(here, join(entry.parentPath, entry.name)));
    }
  }
  return files.map((name) => name.split("\\").join("/")).sort();
}

function fingerprint() {
  const hash = createHash("sha256");
  for (const name of sources()) {
    hash.update(`${name}\0`).update(readFileSync(join(here, name))).update("\0");
  }
  return hash.digest("hex");
}

async function bundle() {
  const options = { bundle: true, minify: true, charset: "ascii", write: false, metafile: true };
  const script = await build({
    ...options,
    absWorkingDir: here,
    entryPoints: ["src/main.ts"],
    format: "iife",
    target: "es2022",
    legalComments: "none",
  });
  const style = await build({
    ...options,
    absWorkingDir: here,
    entryPoints: ["style/report.css"],
    charset: "utf8",
    legalComments: "none",
  });
  const js = script.outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "\\x3C!--");
  return {
    "report.js": `/* causattn report; sources sha256 ${fingerprint()}; licences in NOTICES.txt */\n${js}`,
    "report.css": style.outputFiles[0].text,
    "NOTICES.txt": notices(Object.keys(script.metafile.inputs)),
  };
}

function notices(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
    if (found) packages.add(found[1]);
  }
  packages.add("@dagrejs/graphlib"); // bundled inside dagre
  const parts = [...packages].sort().map((name) => {
    const folder = join(here, "node_modules", name);
    const version = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
    const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    return `${name} ${version}\n\n${readFileSync(join(folder, licence), "utf8").trim()}\n`;
  });
  return `report.js contains:\n\n${parts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

const made = await bundle();
mkdirSync(target, { recursive: true });
let stale = false;
for (const [name, text] of Object.entries(made)) {
  const path = join(target, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale = true;
  if (!process.argv.includes("--check")) writeFileSync(path, text);
}
if (stale && process.argv.includes("--check")) {
  console.error("The bundle in ../static is not what the sources give; run `npm run build`.");
  process.exit(1);
}
