import { Select } from 'antd';
import styles from './city-filter.module.css';
import { usePlatforms } from './use-platforms.ts';

interface Props {
  /** Undefined: every city. */
  value: string | undefined;
  onChange: (cityCode: string | undefined) => void;
}

/** Chooses one of the cities on file, or all of them. */
export function CityFilter({ value, onChange }: Props) {
  const platforms = usePlatforms();
  const cities = (platforms.data ?? []).map(({ code, name }) => ({ value: code, label: `${name}(${code})` }));
  return (
    <div>
      <label htmlFor="city" className={styles.label}>
        城市
      </label>
      <Select
        id="city"
        className={styles.city}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        placeholder="全部城市"
        value={value}
        options={cities}
        loading={platforms.isFetching}
        onChange={onChange}
      />
    </div>
  );
}
