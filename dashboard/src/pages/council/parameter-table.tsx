import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useChain, useChainQuery } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import type { Format, Money } from '../../i18n/format.js';
import { Loaded } from '../../ui/state.js';
import { Tag } from '../../ui/values.js';
import { PARAMETERS, readParameters, type Unit } from './parameters.js';

/** A parameter's value as people read it. */
export const valueText = (value: bigint, unit: Unit, format: Format, money: Money): string => {
  switch (unit) {
    case 'hours':
      return format.duration(value);
    case 'percent':
      return format.share(Number(value) / 1_000_000);
    case 'money':
      return format.amount(value, money);
    case 'blocks':
      return format.number(value);
  }
};

export const ParameterTable = (): ReactNode => {
  const { t, format } = useText();
  const chain = useChain();
  const set = useChainQuery(['council', 'parameters'], readParameters);
  const texts = t.council.parameters;
  return (
    <Loaded query={set} lines={PARAMETERS.length}>
      {(known) => (
        <div className="scroll" role="region" aria-label={texts.title} tabIndex={0}>
          <table className="table stacked">
            <thead>
              <tr>
                <th scope="col">{texts.name}</th>
                <th scope="col">{texts.value}</th>
                <th scope="col">{texts.since}</th>
                <th scope="col">{t.council.members.decide}</th>
              </tr>
            </thead>
            <tbody>
              {PARAMETERS.map(({ name, unit, original }) => (
                <tr key={name}>
                  <td data-label={texts.name}>{texts.names[name]}</td>
                  <td data-label={texts.value}>
                    <span className="nowrap">
                      {chain && valueText(known.get(name) ?? original, unit, format, chain)}
                      {unit === 'blocks' && ` ${texts.blocks}`}
                    </span>
                  </td>
                  <td data-label={texts.since}>{known.has(name) ? <Tag mood="accent">{texts.byCouncil}</Tag> : texts.original}</td>
                  <td data-label={t.council.members.decide}>
                    <Link to={`/council/propose?what=parameter&name=${name}`}>{texts.change}</Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Loaded>
  );
};
