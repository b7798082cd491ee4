/**
 * Asks a server on this machine whether it lives, and ends with 0 or 1: for a container's health check, which can't know whether the port
 * speaks HTTPS, and whose question goes by 127.0.0.1, for which no certificate need be. JavaScript, as it runs every few seconds.
 */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

const address = { host: '127.0.0.1', port: process.env.PORT || 3000, path: '/api/health', timeout: 4000 };

const ask = (request) =>
  new Promise((resolve) => {
    const asked = request({ ...address, rejectUnauthorized: false }, (answer) => resolve(answer.statusCode === 200));
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });

process.exit((await ask(plain)) || (await ask(secure)) ? 0 : 1);
