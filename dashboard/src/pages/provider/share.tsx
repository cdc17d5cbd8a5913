// Sharing a file: read, checked, de-identified, sealed, brought to a vault, registered.

import { subjectOf, type Copy } from 'medshare-files';
import type { VaultClient } from 'medshare-js';
import { useEffect, useState, type ReactNode } from 'react';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Link } from 'react-router';
import { useQuery } from '@tanstack/react-query';
import { useAccounts } from '../../accounts/context.js';
import { useChain, useVaults } from '../../chain/context.js';
import type { Policy } from '../../chain/shapes.js';
import { describe, type Description } from '../../files/reader.js';
import { useText } from '../../i18n/context.js';
import { parseAmount } from '../../i18n/format.js';
import { Button, Checkbox, Choices, Select, TextField } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Problem } from '../../ui/state.js';
import { connectVaults } from '../../vault/vaults.js';
import { FileViewer } from '../../viewers/FileViewer.js';
import { ConsentForm } from './consent-form.js';
import { wantPrice } from './days.js';
import { Deidentify, WhatWasFound } from './findings.js';
import { SecretField } from './secret.js';
import styles from './provider.module.css';
import { NotRegistered, STEPS, WrongKeys, useRegister, type Registering } from './use-register.js';

const Share = (): ReactNode => {
  const { t } = useText();
  const texts = t.provider.share;
  const [file, setFile] = useState<File>();
  const [serial, setSerial] = useState(0);
  const choose = (chosen: File | undefined): void => {
    setFile(chosen);
    setSerial((number) => number + 1);
  };
  if (file) return <Chosen key={serial} original={file} onAnother={() => choose(undefined)} />;
  return (
    <Section title={texts.title}>
      <DropZone
        className={styles['drop'] ?? ''}
        onDrop={({ items }) => {
          const item = items.find((each) => each.kind === 'file');
          if (item) void item.getFile().then(choose);
        }}
      >
        <strong>{texts.drop}</strong>
        <span className="soft">{texts.or}</span>
        <FileTrigger onSelect={(files) => choose(files?.[0])}>
          <Button look="primary">{texts.choose}</Button>
        </FileTrigger>
        <span className="soft small">{texts.dropText}</span>
      </DropZone>
    </Section>
  );
};

/** How the reading of a file stands. */
type Reading = { readonly phase: 'busy'; readonly done: number } | { readonly phase: 'done'; readonly description: Description } | { readonly phase: 'failed'; readonly error: unknown };

const useDescription = (file: Blob): Reading => {
  const [reading, setReading] = useState<Reading>({ phase: 'busy', done: 0 });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const set = (next: Reading): void => {
      if (!signal.aborted) setReading(next);
    };
    set({ phase: 'busy', done: 0 });
    describe(file, { signal, onProgress: (done) => set({ phase: 'busy', done }) }).then(
      (description) => set({ phase: 'done', description }),
      (error: unknown) => set({ phase: 'failed', error }),
    );
    return () => abort.abort();
  }, [file]);
  return reading;
};

const Chosen = ({ original, onAnother }: { original: File; onAnother: () => void }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.share;
  const [copy, setCopy] = useState<{ made: Copy; file: File }>();
  const [secret, setSecret] = useState<string>();
  const [isLooking, setLooking] = useState(false);
  const file = copy?.file ?? original;
  const reading = useDescription(file);
  const [record, setRecord] = useState<bigint>();
  const take = (made: Copy): void => setCopy({ made, file: new File([made.blob], original.name, { type: original.type }) });
  if (record !== undefined) return <Registered record={record} onAnother={onAnother} />;
  return (
    <>
      <Section
        title={texts.found}
        actions={
          <Button compact onPress={onAnother}>
            {texts.another}
          </Button>
        }
      >
        <div className="card stack">
          <strong>{original.name}</strong>
          {reading.phase === 'busy' && (
            <div className={styles['step']}>
              <span aria-hidden>…</span>
              <span role="status">{`${texts.reading} · ${format.share(reading.done)}`}</span>
              <progress value={reading.done} aria-label={texts.reading} />
            </div>
          )}
          {reading.phase === 'failed' && (
            <>
              <p>{texts.cannotRead}</p>
              <Problem error={reading.error} />
            </>
          )}
          {reading.phase === 'done' && <WhatWasFound description={reading.description} copy={copy?.made} />}
          {reading.phase === 'done' && !copy && <Deidentify file={original} secret={secret} onSecret={setSecret} onCopy={take} />}
          <div className="row">
            {copy && <Button compact onPress={() => setCopy(undefined)}>{texts.useOriginal}</Button>}
            <Button compact onPress={() => setLooking(!isLooking)}>{isLooking ? texts.hide : texts.look}</Button>
          </div>
          {isLooking && <FileViewer file={file} name={file.name} />}
        </div>
      </Section>
      {reading.phase === 'done' && (
        <Register
          key={copy ? 'copy' : 'original'}
          original={original}
          file={file}
          description={reading.description}
          secret={secret}
          onSecret={setSecret}
          onDone={setRecord}
        />
      )}
    </>
  );
};

const Registered = ({ record, onAnother }: { record: bigint; onAnother: () => void }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.share;
  return (
    <Section title={texts.done(format.number(record))}>
      <div className="card stack" role="status">
        <p>{texts.doneText}</p>
        <div className="row">
          <Link className="button primary" to="/records">
            {texts.toDue}
          </Link>
          <Link className="button" to={`/records/${record}`}>
            {texts.toRecord}
          </Link>
          <Button onPress={onAnother}>{texts.more}</Button>
        </div>
      </div>
    </Section>
  );
};

const START: Policy = { permission: 'HealthResearch', modifiers: ['NonCommercial'] };

const Register = ({ original, file, description, secret, onSecret, onDone }: {
  original: File;
  file: File;
  description: Description;
  secret: string | undefined;
  onSecret: (secret: string) => void;
  onDone: (record: bigint) => void;
}): ReactNode => {
  const { t } = useText();
  const texts = t.provider.share;
  const chain = useChain();
  const { account, keyring } = useAccounts();
  const [policy, setPolicy] = useState<Policy | undefined>(START);
  const [price, setPrice] = useState('');
  const [link, setLink] = useState<'random' | 'link'>('random');
  const [hasNoPatient, setNoPatient] = useState(false);
  const [isAccepted, setAccepted] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const vaults = useVaultChoice();
  const { state, progress, run } = useRegister();
  const { symbol, decimals } = chain ?? { symbol: 'MDS', decimals: 12 };
  const isPriceWrong = price.trim() !== '' && parseAmount(price, decimals) === undefined;
  const identifies = description.identifying.length > 0;
  const isBusy = state.phase === 'running';
  const register = async (): Promise<void> => {
    if (!policy || !vaults.chosen) return;
    setProblem(undefined);
    setNoPatient(false);
    let subject: `0x${string}` | undefined;
    if (link === 'link' && secret !== undefined) {
      try {
        // Of the original: so a file and its copy have the same pseudonym.
        const pseudonym = await subjectOf(original, { secret });
        if (pseudonym === undefined) return setNoPatient(true);
        subject = `0x${pseudonym}`;
      } catch (error) {
        return setProblem(error);
      }
    }
    const record = await run({ file, descriptor: description.descriptor, policy, subject, vault: vaults.chosen });
    if (record === undefined) return;
    if (chain && price.trim() !== '') wantPrice(chain.genesis, record, price.trim());
    onDone(record);
  };

  return (
    <>
      <Section title={texts.consent}>
        <div className="card stack">
          <p className="soft">{texts.consentHint}</p>
          <ConsentForm start={START} onChange={setPolicy} />
        </div>
      </Section>
      <Section title={texts.register}>
        <div className="card stack">
          <TextField
            label={`${texts.price} (${t.shell.optional})`}
            hint={texts.priceHint(symbol)}
            value={price}
            onChange={setPrice}
            inputMode="decimal"
            wrong={isPriceWrong ? texts.priceWrong : undefined}
          />
          <Choices
            label={texts.subject}
            value={link}
            choices={[
              { value: 'random', label: texts.subjectRandom, text: texts.subjectRandomText },
              { value: 'link', label: texts.subjectLink, text: texts.subjectLinkText },
            ]}
            onChange={setLink}
          />
          {link === 'link' && secret === undefined && <SecretField secret={secret} onSecret={onSecret} />}
          {hasNoPatient && <p className="note bad">{texts.subjectNone}</p>}
          {vaults.element}
          {identifies && (
            <Checkbox isSelected={isAccepted} onChange={setAccepted}>
              {texts.acceptIdentifying}
            </Checkbox>
          )}
          {!keyring && <p className="note warn">{t.chain.account.needKeys}</p>}
          {account?.transactions.kind === 'wallet' && <p className="note">{texts.wallet}</p>}
          <Steps state={state} />
          {problem !== undefined && <Problem error={problem} />}
          {state.phase === 'failed' && <Failure error={state.error} />}
          {progress && <SendStatus progress={progress} />}
          <div>
            <Button
              look="primary"
              isDisabled={
                isBusy || !policy || !vaults.chosen || !keyring || !account || isPriceWrong || (identifies && !isAccepted) || (link === 'link' && secret === undefined)
              }
              onPress={() => void register()}
            >
              {state.phase === 'failed' ? texts.registerAgain : texts.register}
            </Button>
          </div>
        </div>
      </Section>
    </>
  );
};

const Failure = ({ error }: { error: unknown }): ReactNode => {
  const { t } = useText();
  if (error instanceof WrongKeys) return <p className="note bad">{t.provider.share.registeredKey}</p>;
  // Why is told where it was sent.
  return error instanceof NotRegistered ? null : <Problem error={error} />;
};

const Steps = ({ state }: { state: Registering }): ReactNode => {
  const { t, format } = useText();
  if (state.phase === 'none') return null;
  const at = STEPS.indexOf(state.step);
  return (
    <ol role="list" className={styles['steps']}>
      {STEPS.map((step, i) => {
        const isHere = i === at;
        const share = i < at ? 1 : isHere && state.phase === 'running' && state.size > 0 ? Math.min(1, state.bytes / state.size) : 0;
        const sign = i < at ? '✓' : isHere ? (state.phase === 'failed' ? '✗' : '…') : '';
        return (
          <li key={step} className={styles['step']} {...(isHere ? { 'aria-current': 'step' as const } : {})}>
            <span aria-hidden>{sign}</span>
            <span {...(isHere ? { role: 'status' } : {})}>
              {t.provider.share.steps[step]}
              {isHere && share > 0 && ` · ${format.share(share)}`}
            </span>
            {step !== 'register' && <progress value={share} aria-label={t.provider.share.steps[step]} />}
          </li>
        );
      })}
    </ol>
  );
};

/** The vault that is used: the first that answers, or another that is chosen. */
const useVaultChoice = (): { chosen: VaultClient | undefined; element: ReactNode } => {
  const { t, format } = useText();
  const texts = t.provider.share;
  const addresses = useVaults();
  const genesis = useChain()?.genesis;
  const [address, setAddress] = useState<string>();
  const query = useQuery({
    queryKey: ['vaults', genesis, addresses],
    queryFn: () => connectVaults(addresses, genesis ?? '0x'),
    enabled: genesis !== undefined,
  });
  const known = query.data?.vaults ?? [];
  const chosen = known.find((vault) => vault.address.href === address) ?? known[0];
  const element = query.data && !chosen ? (
    <div className="stack tight">
      <p className="note bad">{texts.vaultNone}</p>
      {query.data.failures.slice(0, 1).map((failure, i) => (
        <Problem key={i} error={failure} onRetry={() => void query.refetch()} />
      ))}
    </div>
  ) : (
    <div className="stack tight">
      <Select
        label={texts.vault}
        value={chosen?.address.href ?? null}
        choices={known.map((vault) => ({ value: vault.address.href, label: vault.address.host }))}
        onChange={setAddress}
      />
      {chosen && <p className="soft small">{texts.vaultLimit(format.bytes(chosen.info.limits.max_blob_bytes))}</p>}
    </div>
  );
  return { chosen, element };
};

export default Share;
