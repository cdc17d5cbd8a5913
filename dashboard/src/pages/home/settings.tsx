import { useState, type ReactNode } from 'react';
import { Form } from 'react-aria-components/Form';
import { isBlocked, useBlocked } from '../../chain/blocked.js';
import { useChainContext } from '../../chain/context.js';
import { isNodeAddress, isVaultAddress, type Settings as Addressed } from '../../config.js';
import { LANGUAGES, useText, type Language } from '../../i18n/context.js';
import { applyTheme, storedTheme, type Theme } from '../../shell/theme.js';
import { Button, Choices, TextField } from '../../ui/controls.js';
import { Page } from '../../ui/page.js';

/** Which node, which vaults, which language, light or dark: kept in this browser only. */
export const Settings = (): ReactNode => {
  const { t, language, setLanguage } = useText();
  const texts = t.shell.settings;
  const [theme, setTheme] = useState(storedTheme);
  return (
    <Page title={texts.title}>
      <div className="grid">
        <Choices<Language>
          label={texts.language}
          value={language}
          choices={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value] }))}
          onChange={setLanguage}
        />
        <Choices<Theme>
          label={texts.theme}
          value={theme}
          choices={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: texts[value] }))}
          onChange={(chosen) => {
            applyTheme(chosen);
            setTheme(chosen);
          }}
        />
      </div>
      <Addresses />
    </Page>
  );
};

const Addresses = (): ReactNode => {
  const { t } = useText();
  const { config, settings, change } = useChainContext();
  const texts = t.shell.settings;
  const [node, setNode] = useState(settings.node ?? config.node);
  const [vaults, setVaults] = useState((settings.vaults ?? config.vaults).join('\n'));
  const refused = useBlocked();
  const [saved, setSaved] = useState<'kept' | 'used'>();
  const set = (changed: Addressed): void => setSaved(change(changed) ? 'kept' : 'used');
  const [checked, setChecked] = useState(false);
  const lines = vaults.split('\n').flatMap((line) => line.trim().replace(/\/$/, '') || []);
  const nodeRight = isNodeAddress(node.trim());
  const vaultsRight = lines.every(isVaultAddress);
  const inUse = [settings.node ?? config.node, ...(settings.vaults ?? config.vaults)];
  return (
    <Form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!nodeRight || !vaultsRight) return;
        set({ node: node.trim(), vaults: lines });
      }}
    >
      <TextField
        label={texts.node}
        hint={texts.nodeHint}
        value={node}
        onChange={(text) => {
          setNode(text);
          setSaved(undefined);
        }}
        wrong={checked && !nodeRight ? texts.nodeWrong : undefined}
      />
      <TextField
        label={texts.vaults}
        lines={3}
        value={vaults}
        onChange={(text) => {
          setVaults(text);
          setSaved(undefined);
        }}
        wrong={checked && !vaultsRight ? texts.vaultsWrong : undefined}
      />
      <p className="soft small">{texts.permitted}</p>
      <div aria-live="polite">
        {inUse
          .filter((address) => isBlocked(refused, address))
          .map((address) => (
            <p key={address} className="note bad">
              {t.chain.banner.blocked(address)}
            </p>
          ))}
      </div>
      <div className="row">
        <Button type="submit" look="primary">
          {texts.save}
        </Button>
        <Button
          onPress={() => {
            set({});
            setNode(config.node);
            setVaults(config.vaults.join('\n'));
            setChecked(false);
          }}
        >
          {texts.reset}
        </Button>
        <span aria-live="polite">{saved !== undefined && (saved === 'kept' ? texts.saved : texts.notSaved)}</span>
      </div>
    </Form>
  );
};
