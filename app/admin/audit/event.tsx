import { Descriptions, type TableColumnsType, Tag } from 'antd';
import type { Answers } from '../answers.ts';
import styles from './audit.module.css';
import { actionWord, actorWord, detailWords, isGood, outcomeWord, roleWord } from './words.ts';

export type Event = Answers['audit']['browse']['items'][number];

const NONE = '—';

/** Numbers that fit stand whole; ids and card numbers by their beginning, the rest unfolds with the row. */
const shorten = (id: string) => (id.length > 24 ? `${id.slice(0, 8)}…` : id);

/** Words wrap as wholes; hashes and file ids are shortened where there is no room. */
function Detail({ event: { action, detail }, short = false }: { event: Event; short?: boolean }) {
  if (!detail) return NONE;
  return detailWords(action, detail).map((words) => (
    <span key={words} className={styles.words}>
      {short && /^[0-9a-f-]{32,}$/.test(words) ? shorten(words) : words}
    </span>
  ));
}

const outcomeTag = (outcome: string) => (
  <Tag color={isGood(outcome) ? 'success' : 'warning'}>{outcomeWord(outcome)}</Tag>
);

export const COLUMNS: TableColumnsType<Event> = [
  { title: '时间', dataIndex: 'at', className: styles.whole },
  { title: '操作', dataIndex: 'action', render: actionWord },
  { title: '结果', dataIndex: 'outcome', render: outcomeTag },
  {
    title: '操作人',
    dataIndex: 'actor',
    render: (actor: string, { actorName, actorRole }) => (
      <>
        {actorName ?? actorWord(actor)}
        <br />
        <small>{roleWord(actorRole)}</small>
      </>
    ),
  },
  { title: '接种单位', dataIndex: 'siteName', render: (name: string | null, { siteCode }) => name ?? siteCode ?? NONE },
  { title: '对象', dataIndex: 'subject', render: (subject: string | null) => (subject ? shorten(subject) : NONE) },
  {
    title: '说明',
    dataIndex: 'detail',
    className: styles.detail,
    render: (_, event) => <Detail event={event} short />,
  },
];

const COLUMNS_IN_FULL = { xs: 1, sm: 1, md: 1, lg: 2, xl: 2, xxl: 2 };

/** Everything that the trail holds of an event, to read, to compare and to copy. */
export function EventInFull({ event }: { event: Event }) {
  const who = event.actorName
    ? `${event.actorName}(用户名 ${event.actorUsername},编号 ${event.actor})`
    : actorWord(event.actor);
  const site = event.siteCode && (event.siteName ? `${event.siteName}(${event.siteCode})` : event.siteCode);
  const items = [
    { key: 'id', label: '序号', children: event.id },
    { key: 'at', label: '时间', children: event.at },
    { key: 'action', label: '操作', children: actionWord(event.action) },
    { key: 'outcome', label: '结果', children: outcomeWord(event.outcome) },
    { key: 'actor', label: '操作人', children: who },
    { key: 'role', label: '角色', children: roleWord(event.actorRole) },
    { key: 'site', label: '接种单位', children: site ?? NONE },
    { key: 'subject', label: '对象', children: event.subject ?? NONE },
    {
      key: 'detail',
      label: '说明',
      children: <Detail event={event} />,
    },
    { key: 'request', label: '请求编号', children: event.requestId },
    { key: 'previous', label: '上一条校验值', children: event.previousHash ?? NONE },
    { key: 'hash', label: '本条校验值', children: event.hash ?? NONE },
  ];
  return <Descriptions bordered size="small" column={COLUMNS_IN_FULL} items={items} className={styles.event} />;
}
