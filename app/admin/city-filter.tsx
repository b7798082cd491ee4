import styles from './city-filter.module.css';
import { CitySelect } from './city-select.tsx';

interface Props {
  /** Undefined: every city. */
  value: string | undefined;
  onChange: (cityCode: string | undefined) => void;
}

/** Narrows a list to one of the registered cities; for the province. */
export function CityFilter({ value, onChange }: Props) {
  return (
    <div>
      <label htmlFor="city" className={styles.label}>
        城市
      </label>
      <CitySelect
        id="city"
        className={styles.city ?? ''}
        allowClear
        placeholder="全部城市"
        value={value ?? null}
        onChange={(cityCode: string | undefined) => onChange(cityCode)}
      />
    </div>
  );
}
