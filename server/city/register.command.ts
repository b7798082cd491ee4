/** `npm run city:register`: the persons whom the city's platform knows. */
import { createReadStream } from 'node:fs';
import { runCommand } from '../command.ts';
import { importRegister } from './import-register.ts';

await runCommand(
  'city:register',
  'npm run city:register -- --file FILE.csv   (name,id_card_type_code,idcode,phone,nation,on_site_at)',
  ['file'],
  async (db, _actor, { file }) => {
    if (!file) throw new Error('--file is missing');
    return `registered ${await importRegister(db, createReadStream(file))} persons`;
  },
);
