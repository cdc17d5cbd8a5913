// Buttons, fields, dialogs: React Aria's, which bring keyboard and screen reader, in this app's clothes.

import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Checkbox as AriaCheckbox, type CheckboxProps } from 'react-aria-components/Checkbox';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { FieldError } from 'react-aria-components/FieldError';
import { Heading } from 'react-aria-components/Heading';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Popover } from 'react-aria-components/Popover';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from 'react-aria-components/TextField';
import { useText } from '../i18n/context.js';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  readonly look?: Look;
  readonly compact?: boolean;
}

export const Button = ({ look = 'plain', compact = false, ...props }: ButtonProps): ReactNode => (
  <AriaButton {...props} className={`button ${look} ${compact ? 'compact' : ''}`} />
);

/** A button that says the same as others on the page: its name also has what it is about. */
export const ButtonAbout = ({ text, about, ...props }: Omit<ButtonProps, 'children'> & { text: string; about: string }): ReactNode => {
  const { t } = useText();
  return (
    <Button {...props} aria-label={`${text}${t.shell.colon}${about}`}>
      {text}
    </Button>
  );
};

export interface FieldProps extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children'> {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong; shown, and the field marked, if there is something. */
  readonly wrong?: string | undefined;
  readonly lines?: number;
  readonly placeholder?: string;
}

/** A line or several of text, with its label, a hint, and what is wrong with it. */
export const TextField = ({ label, hint, wrong, lines, placeholder, ...props }: FieldProps): ReactNode => (
  <AriaTextField {...props} isInvalid={wrong !== undefined} className="field">
    <Label>{label}</Label>
    {lines === undefined ? (
      <Input className="input" {...(placeholder === undefined ? {} : { placeholder })} />
    ) : (
      <TextArea className="input" rows={lines} {...(placeholder === undefined ? {} : { placeholder })} />
    )}
    {hint !== undefined && (
      <Text slot="description" className="hint">
        {hint}
      </Text>
    )}
    <FieldError className="wrong">{wrong}</FieldError>
  </AriaTextField>
);

export const Checkbox = ({ children, ...props }: Omit<CheckboxProps, 'className' | 'style' | 'children'> & { children: ReactNode }): ReactNode => (
  <AriaCheckbox {...props} className="check">
    {({ isSelected }) => (
      <>
        <span className="box" aria-hidden>
          {isSelected && '✓'}
        </span>
        <span>{children}</span>
      </>
    )}
  </AriaCheckbox>
);

interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly text?: string;
}

/** One of a few, all in sight. */
export const Choices = <V extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: V | null;
  choices: readonly Choice<V>[];
  onChange: (value: V) => void;
}): ReactNode => (
  <RadioGroup value={value} onChange={(chosen) => onChange(chosen as V)} className="field">
    <Label>{label}</Label>
    {choices.map((choice) => (
      <Radio key={choice.value} value={choice.value} className="check radio">
        {({ isSelected }) => (
          <>
            <span className="box" aria-hidden>
              {isSelected && '●'}
            </span>
            <span>
              {choice.label}
              {choice.text !== undefined && <span className="soft small"> {choice.text}</span>}
            </span>
          </>
        )}
      </Radio>
    ))}
  </RadioGroup>
);

/** One of many, in a list that opens. */
export const Select = <V extends string>({
  label,
  value,
  choices,
  onChange,
  placeholder,
}: {
  label: string;
  value: V | null;
  choices: readonly Choice<V>[];
  onChange: (value: V) => void;
  placeholder?: string;
}): ReactNode => (
  <AriaSelect
    selectedKey={value}
    onSelectionChange={(key) => key !== null && onChange(key as V)}
    className="field"
    {...(placeholder === undefined ? {} : { placeholder })}
  >
    <Label>{label}</Label>
    <AriaButton className="button select">
      <SelectValue />
      <span aria-hidden>▾</span>
    </AriaButton>
    <Popover className="popover">
      <ListBox className="options">
        {choices.map((choice) => (
          <ListBoxItem key={choice.value} id={choice.value} textValue={choice.label} className="option">
            {choice.label}
          </ListBoxItem>
        ))}
      </ListBox>
    </Popover>
  </AriaSelect>
);

interface PanelProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const Panel = ({ title, isOpen, onClose, children, sheet }: PanelProps & { sheet: boolean }): ReactNode => {
  const { t } = useText();
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable className={`overlay ${sheet ? '' : 'centre'}`}>
      <Modal className={sheet ? 'sheet' : 'dialog'}>
        <AriaDialog>
          <div className="row between">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button look="quiet" compact onPress={onClose}>
              {t.shell.close}
            </Button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
};

/** A dialog in the middle. */
export const Dialog = (props: PanelProps): ReactNode => <Panel {...props} sheet={false} />;

/** A panel from the side. */
export const Sheet = (props: PanelProps): ReactNode => <Panel {...props} sheet />;
