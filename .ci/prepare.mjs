// Makes ready what a command of package.json needs, and nothing twice: `node .ci/prepare.mjs [build] [browser]`.
// Plain Node: it runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const wishes = process.argv.slice(2);

install();
if (wishes.includes('build')) build();
if (wishes.includes('browser')) browser();

// `npm install --no-save` and not `npm ci`: the latter refuses a lock file made where some platform's binaries are not served.
/** Dependencies, when the lock file or Node's ABI (better-sqlite3 is compiled for it) is another than last time. */
function install() {
  const state = hash([readFileSync('package-lock.json'), process.versions.modules, process.platform, process.arch]);
  once('node_modules/.console-installed', state, () => run('npm', ['install', '--no-save', '--no-audit', '--no-fund']));
}

/** Next's build, when a file that goes into it changed. */
function build() {
  const sources = ['app', 'server', 'db', 'public'].flatMap(filesBelow).filter((file) => !/\.test\.tsx?$/.test(file));
  const inputs = [...sources, 'next.config.js', 'tsconfig.json', 'package-lock.json'];
  const state = hash(inputs.flatMap((file) => [file, readFileSync(file)]));
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  once('.next/console-built', state, () => run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], env));
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
function once(file, state, work) {
  if (existsSync(file) && readFileSync(file, 'utf8') === state) return;
  work();
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
