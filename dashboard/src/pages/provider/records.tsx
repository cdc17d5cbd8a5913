// An owner's records with how each stands.

import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useChainQuery } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Section } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Amount, Bytes, Tag, type Mood } from '../../ui/values.js';
import { Due } from './due.js';
import { useMe } from './provider.js';

/** How a state of a version feels. */
export const STATUS_MOODS: Readonly<Record<'Pending' | 'Approved' | 'Rejected', Mood>> = { Pending: 'accent', Approved: 'good', Rejected: 'bad' };

const Records = (): ReactNode => {
  const { t, format } = useText();
  const me = useMe();
  const texts = t.provider.records;
  const query = useChainQuery(['provider', 'records', me], async (client) => {
    const node = new NodeClient(client);
    const records = (await node.recordsOf(me)).toReversed();
    return Promise.all(
      records.map(async (record) => {
        const [version, listing] = await Promise.all([node.version(record.record, record.latest), node.listing(record.record)]);
        return { ...record, version, listing };
      }),
    );
  });
  return (
    <>
      <Due me={me} />
      <Section
        title={texts.title}
        actions={
          <Link to="share" className="button primary">
            {texts.share}
          </Link>
        }
      >
        <Loaded query={query} lines={6}>
          {(records) =>
            records.length === 0 ? (
              <Empty title={texts.none}>
                <p>{texts.noneText}</p>
              </Empty>
            ) : (
              <div className="scroll" tabIndex={0} role="region" aria-label={texts.title}>
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{texts.record}</th>
                      <th scope="col">{t.domain.descriptor.kind}</th>
                      <th scope="col">{t.domain.descriptor.size}</th>
                      <th scope="col">{texts.status}</th>
                      <th scope="col">{texts.onSale}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {records.map(({ record, withdrawn, version, listing }) => {
                      const { kind, modality, plaintext_size } = version.content.descriptor;
                      return (
                        <tr key={record}>
                          <td>
                            <Link to={String(record)}>{t.domain.recordNumber(format.number(record))}</Link>
                          </td>
                          <td>{[t.domain.kind[kind], modality].filter(Boolean).join(' ')}</td>
                          <td>
                            <Bytes size={plaintext_size} />
                          </td>
                          <td>
                            {withdrawn ? (
                              <Tag>{texts.withdrawn}</Tag>
                            ) : (
                              <Tag mood={STATUS_MOODS[version.status]}>{t.domain.status[version.status]}</Tag>
                            )}
                          </td>
                          <td>{listing ? <Amount value={listing.price} /> : <span className="soft">{texts.notOnSale}</span>}</td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
            )
          }
        </Loaded>
      </Section>
    </>
  );
};

export default Records;
