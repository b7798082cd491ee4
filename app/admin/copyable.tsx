import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Typography } from 'antd';
import styles from './copyable.module.css';

const ICONS = [
  <span key="copy" className={styles.copy}>
    <CopyOutlined aria-hidden /> 复制
  </span>,
  <span key="copied" className={styles.copy}>
    <CheckOutlined aria-hidden /> 已复制
  </span>,
];

/** A text to be copied. Without a tooltip: that would cover what is to be read. */
export function Copyable({ text }: { text: string }) {
  return (
    <Typography.Text className={styles.text} copyable={{ text, icon: ICONS, tooltips: false }}>
      <code>{text}</code>
    </Typography.Text>
  );
}
