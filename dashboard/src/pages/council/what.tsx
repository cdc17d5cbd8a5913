import type { ReactNode } from 'react';
import { useChain } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import { Fields } from '../explorer/happening.js';
import type { Motion } from './data.js';
import { parameterOf } from './parameters.js';
import { valueText } from './parameter-table.js';

/** The arguments of a call that is proposed; those of a parameter in words. */
export const What = ({ pallet, fields }: Pick<Motion, 'pallet' | 'fields'>): ReactNode => {
  const { t, format } = useText();
  const chain = useChain();
  const set = pallet === 'Parameters' ? parameterOf(fields) : undefined;
  if (!set || !chain) return <Fields fields={fields} />;
  const { parameter, value } = set;
  return (
    <p>
      {t.council.parameters.names[parameter.name]}
      {t.shell.colon}
      <strong>{valueText(value, parameter.unit, format, chain)}</strong>
    </p>
  );
};
