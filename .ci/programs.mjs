// Bundles every program of server/ into dist/NAME.js: started from there, it listens or ends in half the time, and needs no compiler.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(root, 'dist');

/** Also the global setup of both test runners: no test starts what was bundled of an earlier source. */
// biome-ignore lint/style/noDefaultExport: the test runners ask for it
export default async function bundlePrograms() {
  // Not there before the installation.
  const { build } = await import('esbuild');
  const names = readdirSync(join(root, 'server'), { recursive: true }).map(String);
  const programs = names.filter((name) => name === 'main.ts' || /\.(command|program)\.ts$/.test(name));
  const { outputFiles } = await build({
    entryPoints: programs.map((name) => join(root, 'server', name)),
    outdir: OUT,
    // All in one folder, whichever file a line lands in: see `keepingPlace`.
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [keepingPlace],
    write: false,
  });
  mkdirSync(OUT, { recursive: true });
  const wanted = outputFiles.map(({ path }) => basename(path));
  for (const old of readdirSync(OUT)) if (!wanted.includes(old)) rmSync(join(OUT, old));
  // A server that starts meanwhile finds them whole.
  for (const { path, contents } of outputFiles) {
    if (!existsSync(path) || !readFileSync(path).equals(contents)) writeFileSync(path, contents);
  }
}

/** Sources read what lies beside them by `import.meta.url`: it stays the source's own, wherever the whole folder is carried. */
const keepingPlace = {
  name: 'keeping-place',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](server|db)[\\/].*\.ts$/ }, ({ path }) => {
      const place = relative(OUT, path).split(sep).join('/');
      const contents = readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        `new URL(${JSON.stringify(place)}, import.meta.url).href`,
      );
      return { contents, loader: 'ts' };
    });
  },
};
