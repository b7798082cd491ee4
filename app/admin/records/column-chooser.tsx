import { SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Popover } from 'antd';
import { useEffect, useState } from 'react';
import { RECORD_COLUMNS, type RecordColumn } from '../../../server/records/schema.ts';
import styles from './records.module.css';

const ALL = Object.keys(RECORD_COLUMNS) as RecordColumn[];
const USUAL: RecordColumn[] = ['name', 'sex', 'idCardType', 'idcode', 'phone', 'cityName', 'cdTime', 'state'];
const KEY = 'records.columns';
const OPTIONS = ALL.map((value) => ({ value, label: RECORD_COLUMNS[value] }));

/** The columns that whoever works here wants to see; remembered in this browser, names of columns only. */
export function useColumns() {
  const [columns, setColumns] = useState<RecordColumn[]>(USUAL);
  useEffect(() => {
    const kept = (localStorage.getItem(KEY) ?? '')
      .split(' ')
      .filter((name): name is RecordColumn => name in RECORD_COLUMNS);
    if (kept.length > 0) setColumns(kept);
  }, []);
  function choose(chosen: RecordColumn[]) {
    const inOrder = ALL.filter((column) => chosen.includes(column));
    localStorage.setItem(KEY, inOrder.join(' '));
    setColumns(inOrder);
  }
  return { columns, choose };
}

/** Chooses columns; at least one stays. */
export function ColumnChooser({ columns, choose }: ReturnType<typeof useColumns>) {
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title="显示的列"
      content={
        <div className={styles.columns}>
          <Checkbox.Group<RecordColumn>
            options={OPTIONS.map((option) => ({
              ...option,
              disabled: columns.length === 1 && columns[0] === option.value,
            }))}
            value={columns}
            onChange={choose}
          />
          <Button size="small" onClick={() => choose(USUAL)}>
            恢复默认
          </Button>
        </div>
      }
    >
      <Button icon={<SettingOutlined aria-hidden />}>列设置</Button>
    </Popover>
  );
}
