import { Form, Input, InputNumber, Radio, Select } from 'antd';
import {
  MAX_IDLE_LOCK_MINUTES,
  PAPERS,
  type SaveSiteInput,
  SITE_DEFAULTS,
  saveSiteInput,
} from '../../../server/sites/schema.ts';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { AskModal } from '../ask-modal.tsx';
import { useDivisions } from '../use-divisions.ts';
import { zodRule } from '../zod-rule.ts';
import { SettingSwitch } from './setting-switch.tsx';
import styles from './sites.module.css';

export type Site = Answers['sites']['browse']['items'][number];

interface Props {
  /** What is changed; `new` for a new one, null while nothing is asked. */
  site: Site | 'new' | null;
  onTried: () => void;
  onClose: () => void;
}

const { shape } = saveSiteInput;
const PAPER_NAMES = { A5: 'A5 纸', '80mm': '80 毫米小票' };

/** Makes a site or changes one. */
export function SiteModal({ site, ...rest }: Props) {
  const divisions = useDivisions({ enabled: site !== null });
  const counties = (divisions.data ?? []).map((city) => ({
    label: city.name,
    options: city.counties.map(({ code, name }) => ({ value: code, label: `${name}(${code})` })),
  }));
  const isNew = site === 'new';
  return (
    <AskModal
      {...rest}
      open={site !== null}
      title={isNew ? '新增接种单位' : '修改接种单位'}
      okText={isNew ? '新增' : '保存'}
      initialValues={isNew || !site ? SITE_DEFAULTS : site}
      send={(values: SaveSiteInput) => {
        if (isNew || !site) return api.sites.create.mutate(saveSiteInput.parse(values));
        return api.sites.save.mutate(saveSiteInput.parse({ ...values, code: site.code }));
      }}
    >
      {isNew || !site ? (
        <Form.Item
          name="code"
          label="单位编码"
          htmlFor="site-code"
          extra="10 位数字,保存后不能修改。"
          rules={[zodRule((code) => shape.code.safeParse(code ?? ''))]}
        >
          <Input id="site-code" inputMode="numeric" maxLength={10} />
        </Form.Item>
      ) : (
        <p>
          单位编码 <strong>{site.code}</strong>
        </p>
      )}
      <Form.Item name="name" label="名称" htmlFor="site-name" rules={[zodRule((name) => shape.name.safeParse(name))]}>
        <Input id="site-name" maxLength={50} showCount />
      </Form.Item>
      <Form.Item
        name="divisionCode"
        label="所在区县"
        htmlFor="site-division"
        rules={[zodRule((code) => shape.divisionCode.safeParse(code ?? undefined))]}
      >
        <Select
          id="site-division"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder="选择区县"
          options={counties}
          loading={divisions.isFetching}
          notFoundContent={divisions.error ? '区县列表读取失败' : '没有这个区县'}
        />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="paper" label="凭证纸张">
          <Radio.Group options={PAPERS.map((value) => ({ value, label: PAPER_NAMES[value] }))} />
        </Form.Item>
        <Form.Item
          name="nextStation"
          label="下一站"
          htmlFor="site-next-station"
          rules={[zodRule((station) => shape.nextStation.safeParse(station))]}
        >
          <Input id="site-next-station" maxLength={20} placeholder="例如:登记台" />
        </Form.Item>
      </div>
      <Form.Item
        name="idleLockMinutes"
        label="自动锁屏"
        htmlFor="site-idle-lock"
        extra="平板无人操作达到该时间后,须输入 PIN 或密码;0 表示不自动锁屏。"
        rules={[zodRule((minutes) => shape.idleLockMinutes.safeParse(minutes ?? undefined))]}
      >
        <InputNumber id="site-idle-lock" min={0} max={MAX_IDLE_LOCK_MINUTES} precision={0} suffix="分钟" />
      </Form.Item>
      <SettingSwitch name="kioskPrinting" label="免对话框打印" help="浏览器须以 --kiosk-printing 启动" />
      <SettingSwitch name="staticCodes" label="接受静态健康码" help="关闭后只接受动态码" />
      <SettingSwitch
        name="unknownIssuers"
        label="接受未登记机构的动态码"
        help="打开后,无法验证真伪的动态码也会被接受"
      />
    </AskModal>
  );
}
