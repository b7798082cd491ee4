import { Form, Select } from 'antd';
import { isSiteRole, ROLE_NAMES, ROLES, type Role, SITE_ROLES, staffFields } from '../../../server/staff/schema.ts';
import { CitySelect } from '../city-select.tsx';
import { SiteSelect } from '../site-select.tsx';
import { zodRule } from '../zod-rule.ts';

interface Props {
  /** A site admin gives two roles, at the own site. */
  ownSiteOnly: boolean;
  known?: { code: string; name: string } | undefined;
}

/** A role, and where it holds: a site, a city, or everywhere. */
export function PlaceFields({ ownSiteOnly, known }: Props) {
  const role = Form.useWatch<Role | undefined>('role');
  const roles = (ownSiteOnly ? SITE_ROLES : ROLES).map((value) => ({ value, label: ROLE_NAMES[value] }));
  return (
    <>
      <Form.Item
        name="role"
        label="角色"
        htmlFor="staff-role"
        rules={[zodRule((value) => staffFields.role.safeParse(value))]}
      >
        <Select id="staff-role" options={roles} placeholder="选择角色" />
      </Form.Item>
      {role && isSiteRole(role) && !ownSiteOnly && (
        <Form.Item
          name="siteCode"
          label="接种单位"
          htmlFor="staff-site"
          rules={[zodRule((code) => staffFields.siteCode.safeParse(code))]}
        >
          <SiteSelect id="staff-site" known={known} />
        </Form.Item>
      )}
      {role === 'city' && (
        <Form.Item
          name="cityCode"
          label="城市"
          htmlFor="staff-city"
          rules={[zodRule((code) => staffFields.cityCode.safeParse(code))]}
        >
          <CitySelect id="staff-city" placeholder="选择城市" />
        </Form.Item>
      )}
    </>
  );
}
