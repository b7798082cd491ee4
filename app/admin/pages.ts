import type { Role } from '../../server/staff/schema.ts';

export interface AdminPage {
  href: string;
  title: string;
  description: string;
  /** Who sees a way to it. What the page may show is judged by the server. */
  roles: readonly Role[];
}

const PAGES: readonly AdminPage[] = [
  {
    href: '/admin/records',
    title: '实名认证记录',
    description: '按姓名、证件号码、手机号或电子健康码查询各市上报的记录',
    roles: ['province'],
  },
  {
    href: '/admin/filings',
    title: '应用备案',
    description: '申请、审核移动应用开展接种疫苗服务的备案',
    roles: ['province', 'city'],
  },
  {
    href: '/admin/batches',
    title: '批次',
    description: '查看各市上传的批次、回执与错误明细',
    roles: ['province', 'city'],
  },
  {
    href: '/admin/outbox',
    title: '上报',
    description: '查看本市平台的上报情况,重新上报被拒绝的记录,与省平台对账',
    roles: ['city'],
  },
  {
    href: '/admin/platforms',
    title: '平台',
    description: '管理市级平台及其接入凭据、发码机构',
    roles: ['province', 'city'],
  },
  {
    href: '/admin/vouchers',
    title: '凭证管理',
    description: '按日期、接种单位查看出具的接种凭证;接种单位管理员可作废有误的凭证',
    roles: ['site_admin', 'province'],
  },
  {
    href: '/admin/sites',
    title: '接种单位',
    description: '查看接种单位及其打印、扫码设置;省级管理员可新增和修改',
    roles: ['province', 'site_admin'],
  },
  {
    href: '/admin/staff',
    title: '人员',
    description: '新增、导入人员,重置密码,停用账号',
    roles: ['province', 'site_admin'],
  },
  {
    href: '/admin/audit',
    title: '审计记录',
    description: '查看何人在何时查看或更改了什么',
    roles: ['auditor'],
  },
  {
    href: '/scan',
    title: '扫码核验',
    description: '扫描电子健康码,核验实名认证,打印接种凭证',
    roles: ['nurse'],
  },
];

export const pagesOf = (role: Role) => PAGES.filter((page) => page.roles.includes(role));
