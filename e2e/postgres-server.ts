/** Starts PostgreSQL for tests: a cluster of its own in a temporary folder, of the newest version that is installed. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../server/http/free-port.ts';

const DEBIAN = '/usr/lib/postgresql';
const START_MS = 30_000;

export interface PostgresServer {
  port: number;
  /** Of a database that is always there. */
  url: string;
  /** @param how `fast`: connections are ended; `immediate`: as if the machine fell over */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  /** Where it was stopped. */
  start(): Promise<void>;
  /** Another server, which follows this one: nothing is answered that it has not written, too. */
  addStandby(): Promise<PostgresServer>;
  /** A standby is none any more. */
  promote(): void;
  /** Stops it and takes its files away. */
  remove(): Promise<void>;
}

/** @throws Error that says what to install */
export async function startPostgres(): Promise<PostgresServer> {
  const made = await makeCluster();
  made.run('initdb', ['-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-D', made.data]);
  const server = makeServer(made);
  await server.start();
  return server;
}

interface Cluster {
  folder: string;
  data: string;
  port: number;
  /** One of PostgreSQL's programs, as the user that it allows. */
  run(program: string, args: string[]): string;
  spawn(program: string, args: string[]): ChildProcess;
}

async function makeCluster(): Promise<Cluster> {
  const bin = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'console-postgres-'));
  // It refuses to be root.
  const idOf = (which: string) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder };
  return {
    folder,
    data: join(folder, 'data'),
    port: await freePort(),
    run: (program, args) => execFileSync(join(bin, program), args, { ...options, encoding: 'utf8', stdio: 'pipe' }),
    spawn: (program, args) => spawn(join(bin, program), args, { ...options, stdio: 'ignore' }),
  };
}

function makeServer(cluster: Cluster): PostgresServer {
  const { folder, data, port } = cluster;
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | undefined;
  const standbys: PostgresServer[] = [];
  const ask = (text: string) => cluster.run('psql', ['-qAt', '-d', url, '-c', text]);
  const server: PostgresServer = {
    port,
    url,
    async start() {
      const settings = ['listen_addresses=127.0.0.1', 'max_connections=300', `unix_socket_directories=${folder}`];
      child = cluster.spawn('postgres', ['-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each])]);
      const deadline = Date.now() + START_MS;
      for (;;) {
        try {
          return void ask('SELECT 1');
        } catch (error) {
          if (Date.now() > deadline || child.exitCode !== null) throw error;
          await sleep(50);
        }
      }
    },
    async stop(how) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await gone;
    },
    async addStandby() {
      const other = await makeCluster();
      other.run('pg_basebackup', ['-D', other.data, '-R', '-X', 'stream', '-c', 'fast', '-d', url]);
      const standby = makeServer(other);
      await standby.start();
      standbys.push(standby);
      ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
      ask('SELECT pg_reload_conf()');
      while (ask('SELECT count(*) FROM pg_stat_replication WHERE sync_state = $$sync$$').trim() !== '1')
        await sleep(50);
      return standby;
    },
    promote: () => void cluster.run('pg_ctl', ['promote', '-D', data]),
    async remove() {
      for (const each of standbys) await each.remove();
      await server.stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** The folder of PostgreSQL's programs. */
function findPrograms(): string {
  const found = lookForPrograms() ?? (installDebian() ? lookForPrograms() : undefined);
  if (!found)
    throw new Error('no PostgreSQL server: install one (Debian: apt-get install postgresql), or set TEST_POSTGRES_URL');
  return found;
}

function lookForPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  return [...versions.map((version) => join(DEBIAN, version, 'bin')), asked ?? ''].find((bin) =>
    existsSync(join(bin, 'initdb')),
  );
}

function installDebian(): boolean {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  return spawnSync('apt-get', ['install', '-y', '-qq', 'postgresql'], { stdio: 'inherit', env }).status === 0;
}
