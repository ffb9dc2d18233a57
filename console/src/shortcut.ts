import { useEffect, useRef } from 'react';

/** Puts the focus on what the ref is given to when the key is pressed outside of a field. */
export const useShortcut = <E extends HTMLElement>(key: string) => {
  const target = useRef<E>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { target: from } = event;
      const typing =
        from instanceof HTMLElement && (from.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(from.tagName));
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      target.current?.focus();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [key]);
  return target;
};
