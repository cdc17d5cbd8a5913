// Looking for records on sale. What is looked for is in the address, so it can be kept, sent, and gone back to.

import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Form } from 'react-aria-components/Form';
import { Link, useSearchParams } from 'react-router';
import { useIndexQuery } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import { useText } from '../../i18n/context.js';
import { Button, Select, TextField } from '../../ui/controls.js';
import { Codes, Period, useKindOf } from '../../ui/descriptor.js';
import { useKept } from '../../ui/kept.js';
import { Page } from '../../ui/page.js';
import { Empty, QueryProblem, Skeleton } from '../../ui/state.js';
import { Amount, Bytes, Tag } from '../../ui/values.js';
import { LOOKED_THROUGH, search, type OfferedHit, type Results } from './data.js';
import { Filters } from './Filters.js';
import { BuyerNav, TierTag } from './parts.js';
import { changed, criteriaOf, isNarrowed, paramsOf, recordPage, sortOf, sortsOf, type Criteria } from './search.js';
import styles from './buyer.module.css';

export const SearchPage = (): ReactNode => {
  const { t, format } = useText();
  const [params, setParams] = useSearchParams();
  const criteria = useMemo(() => criteriaOf(params), [params]);
  const [isOpen, setOpen] = useState(false);
  const [isAnew, setAnew] = useState(false);
  const query = useIndexQuery(['search', paramsOf(criteria).toString()], (_, client) => search(client, criteria));
  const look = (wanted: Criteria): void => {
    setAnew(false);
    setParams(paramsOf(wanted));
  };
  const problem = query.isError ? problemOf(query.error).kind : undefined;
  const isStale = problem === 'stale-page';
  useEffect(() => {
    // A page of a list that has changed does not exist any more.
    if (isStale && criteria.cursor !== undefined) {
      setAnew(true);
      setParams(paramsOf(changed(criteria, {})), { replace: true });
    }
  }, [isStale, criteria, setParams]);
  // What was found before stays until what is found now is there.
  const before = useKept(query.data);
  const results = query.isError ? query.data : before;
  return (
    <Page title={t.buyer.find} lead={t.buyer.findLead} actions={<BuyerNav />}>
      <SearchLine key={criteria.text} text={criteria.text} onSearch={(text) => look(changed(criteria, { text }))} />
      <div className={styles.columns}>
        <section className="stack" aria-label={t.buyer.filters}>
          <div className={styles.toggle}>
            <Button aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
              {t.buyer.filters}
            </Button>
          </div>
          <div className={`stack ${styles.filters}`} data-open={isOpen}>
            <Filters criteria={criteria} facets={results?.indexed ? results.page.facets : null} isIndexed={results?.indexed !== false} onChange={look} />
          </div>
        </section>
        <section className="stack" aria-busy={query.isFetching && query.data === undefined}>
          {results?.indexed === false && <p className="note warn">{t.buyer.noIndex(format.number(LOOKED_THROUGH))}</p>}
          {isAnew && <p className="note">{t.buyer.cursorOld}</p>}
          <div className="row between">
            <p aria-live="polite">
              <Found results={results} />
            </p>
            <Select
              label={t.buyer.sort}
              value={sortOf(criteria)}
              choices={sortsOf(criteria).map((value) => ({ value, label: t.buyer.sorts[value] }))}
              onChange={(sort) => look(changed(criteria, { sort }))}
            />
          </div>
          {!isStale && <QueryProblem query={query} />}
          {results === undefined && (!query.isError || problem === 'disconnected') && <Skeleton lines={8} />}
          {results && <Hits hits={results.indexed ? results.page.items : results.items} criteria={criteria} onClear={() => look(criteriaOf(new URLSearchParams()))} />}
          {results?.indexed && (
            <div className="row">
              {criteria.cursor !== undefined && <Button onPress={() => look(changed(criteria, {}))}>{t.buyer.firstPage}</Button>}
              {results.page.next !== null && (
                <Button onPress={() => look(changed(criteria, { cursor: results.page.next }))}>{t.buyer.nextPage}</Button>
              )}
            </div>
          )}
        </section>
      </div>
    </Page>
  );
};

const SearchLine = ({ text, onSearch }: { text: string; onSearch: (text: string) => void }): ReactNode => {
  const { t } = useText();
  const [typed, setTyped] = useState(text);
  return (
    <Form
      role="search"
      className={styles.search ?? ''}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(typed);
      }}
    >
      <TextField label={t.buyer.searchFor} type="search" value={typed} onChange={setTyped} placeholder={t.buyer.searchHint} maxLength={200} />
      <Button type="submit" look="primary">
        {t.buyer.searchButton}
      </Button>
    </Form>
  );
};

const Found = ({ results }: { results: Results | undefined }): ReactNode => {
  const { t, format } = useText();
  if (!results) return '\u00A0';
  const total = results.indexed ? (results.page.total ?? results.page.items.length) : results.items.length;
  return t.buyer.found(format.number(total), total === 1);
};

const Hits = ({ hits, criteria, onClear }: { hits: readonly OfferedHit[]; criteria: Criteria; onClear: () => void }): ReactNode => {
  const { t } = useText();
  if (hits.length === 0 && isNarrowed(criteria)) {
    return (
      <Empty title={t.buyer.nothing}>
        <p>{t.buyer.nothingHint}</p>
        <Button onPress={onClear}>{t.buyer.clearAll}</Button>
      </Empty>
    );
  }
  if (hits.length === 0) {
    return (
      <Empty title={t.buyer.nothingAtAll}>
        <p>{t.buyer.nothingAtAllHint}</p>
      </Empty>
    );
  }
  return (
    <ul role="list" className="stack">
      {hits.map((hit) => (
        <li key={`${hit.record} ${hit.version}`}>
          <HitCard hit={hit} criteria={criteria} />
        </li>
      ))}
    </ul>
  );
};

const HitCard = ({ hit, criteria }: { hit: OfferedHit; criteria: Criteria }): ReactNode => {
  const { t, format } = useText();
  const kindOf = useKindOf();
  const { record, version, descriptor, listing, tier } = hit;
  return (
    <article className={`card ${styles.hit}`}>
      <h2>
        {/* What is on sale is found as that, also where it is another version by then. */}
        <Link to={recordPage(record, listing ? undefined : version, criteria.purpose)}>{kindOf(descriptor)}</Link>
      </h2>
      <p className={styles.price}>{listing ? <Amount value={listing.price} /> : <Tag>{t.buyer.notOnSale}</Tag>}</p>
      <p className="row soft small">
        <span>{t.domain.recordNumber(format.number(record))}</span>
        {/* Without a listing each approved version of a record is found. */}
        {criteria.unlisted && (
          <span>
            {t.domain.version} {format.number(version)}
          </span>
        )}
        <span>
          <Period period={descriptor.period} />
        </span>
        <Bytes size={descriptor.plaintext_size} />
        <span>
          {t.domain.descriptor.complete} {format.number(descriptor.completeness)} %
        </span>
        <TierTag tier={tier} />
      </p>
      <Codes codes={descriptor.codes} most={4} />
    </article>
  );
};
