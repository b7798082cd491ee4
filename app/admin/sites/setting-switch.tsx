import { Form, Switch } from 'antd';
import { useId } from 'react';
import styles from './sites.module.css';

/** A setting that is on or off, with what it means beside it. */
export function SettingSwitch({ name, label, help }: { name: string; label: string; help: string }) {
  const id = useId();
  return (
    <div className={styles.switch}>
      <Form.Item name={name} noStyle>
        <Switch id={id} />
      </Form.Item>
      <label htmlFor={id}>
        {label}
        <small>{help}</small>
      </label>
    </div>
  );
}
