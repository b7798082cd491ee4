/** `npm run staff:create`: production has no default user, the first ones are made here. */
import { runCommand } from '../command.ts';
import { createStaff } from './create-staff.ts';
import { createStaffInput } from './schema.ts';

await runCommand(
  'staff:create',
  'npm run staff:create -- --username NAME --name 姓名 --role nurse|site_admin|city|province|auditor [--site CODE] [--city CODE]',
  ['username', 'name', 'role', 'site', 'city'],
  async (db, actor, values) => {
    const { site, city, ...person } = values;
    const input = createStaffInput.parse({ ...person, siteCode: site, cityCode: city });
    // Made there and shown once: a password on a command line would stay in the shell's history.
    const { password } = await createStaff(db, actor, input);
    return `created ${input.username} (${input.role}); password, shown only now: ${password}`;
  },
);
