import { useSyncExternalStore } from 'react';
import { Route, Switch } from 'wouter';
import { Frame } from './frame.tsx';
import { NotFound } from './pages/not-found.tsx';
import { Repositories } from './pages/repositories.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { tokenStore } from './session/token-store.ts';

/** The page of the address, or the way in. */
export const App = ({ refusal }: { readonly refusal: string | null }) => {
  const token = useSyncExternalStore(tokenStore.subscribe, tokenStore.get);
  if (token === null) return <SignIn refusal={refusal} />;
  return (
    <Frame>
      <Switch>
        <Route path="/" component={Repositories} />
        <Route component={NotFound} />
      </Switch>
    </Frame>
  );
};
