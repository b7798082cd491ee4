// Makes ready what a command of package.json needs, and nothing twice: `node .ci/prepare.mjs [programs] [build] [browser]`.
// Plain Node: it runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import bundlePrograms from './programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const wishes = process.argv.slice(2);
const SERVICE_WORKER = join('public', 'service-worker.js');

await install();
if (wishes.some((wish) => wish === 'programs' || wish === 'build')) await programs();
if (wishes.includes('build')) await build();
if (wishes.includes('browser')) browser();

// `npm install --no-save` and not `npm ci`: the latter refuses a lock file made where some platform's binaries are not served.
/** Dependencies, when the lock file or Node's ABI (better-sqlite3 is compiled for it) is another than last time. */
async function install() {
  const state = hash([readFileSync('package-lock.json'), process.versions.modules, process.platform, process.arch]);
  await once('node_modules/.console-installed', state, () =>
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund']),
  );
}

/** The programs that are started by themselves: the server, the operator's commands, exports. */
async function programs() {
  const sources = ['server', 'db', '.ci'].flatMap(filesBelow);
  const state = hash([...sources, 'package-lock.json'].flatMap((file) => [file, readFileSync(file)]));
  await once('dist/.bundled', state, bundlePrograms);
}

/** Next's build and the service worker, when a file that goes into them changed. */
async function build() {
  const sources = ['app', 'server', 'db', 'public']
    .flatMap(filesBelow)
    .filter((file) => !/\.test\.tsx?$/.test(file) && file !== SERVICE_WORKER);
  const inputs = [...sources, 'next.config.js', 'tsconfig.json', 'package-lock.json'];
  const state = hash(inputs.flatMap((file) => [file, readFileSync(file)]));
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  await once('.next/console-built', state, async () => {
    await buildServiceWorker();
    run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], env);
  });
}

/** Browsers take no modules for it, and it must stand at the top: so it is no part of Next's build. */
async function buildServiceWorker() {
  const files = ['offline.html', 'offline.css', 'offline.js'].map((name) => ({
    url: `/${name}`,
    revision: hash([readFileSync(`public/${name}`)]),
  }));
  // Not there before the installation.
  const esbuild = await import('esbuild');
  await esbuild.build({
    entryPoints: ['app/offline/service-worker.ts'],
    bundle: true,
    minify: true,
    define: { OFFLINE_FILES: JSON.stringify(files), 'process.env.NODE_ENV': '"production"' },
    outfile: SERVICE_WORKER,
  });
}

/** A Chromium for the browser tests: Playwright's own, the system's, or Debian's package; and a font with Chinese. */
function browser() {
  if (!findBrowser()) spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'ignore' });
  if (!findBrowser()) installDebian('chromium-headless-shell') || installDebian('chromium');
  if (!findBrowser())
    stop('no Chromium: install one (e.g. `apt-get install chromium`) or run `npx playwright install`');
  const fonts = spawnSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' });
  if (process.platform === 'linux' && !fonts.stdout?.trim()) {
    if (!installDebian('fonts-noto-cjk')) stop('no Chinese font: install one (e.g. `apt-get install fonts-noto-cjk`)');
  }
}

function findBrowser() {
  const found = spawnSync(process.execPath, ['--import', 'tsx', 'e2e/find-browser.ts']);
  return found.status === 0;
}

function installDebian(name) {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  return spawnSync('apt-get', ['install', '-y', '-qq', name], { stdio: 'inherit', env }).status === 0;
}

/** Does `work` unless the stamp in `file` says that it was done for this state. */
async function once(file, state, work) {
  if (existsSync(file) && readFileSync(file, 'utf8') === state) return;
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, state);
}

function run(command, args, env = process.env) {
  try {
    execFileSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex');
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}
