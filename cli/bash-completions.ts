import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/**
 * Before the script that is printed for bash. It takes the words of the line from the package bash-completion, which not every machine has, and
 * makes names read-only, of which bash complains when it is read a second time, as by a new `source ~/.bashrc`.
 */
const PROLOGUE = `declare -F __repo_sync_complete > /dev/null && return
declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
}
`;

/** Lets `complete bash` print what works in a bash without anything else. */
export const readyForBash = (program: Command, terminal: Pick<Terminal, 'out'>): void => {
  const complete = program.commands.find((command) => command.name() === 'complete');
  complete?.hook('preAction', (_, { args }) => {
    // After `--` stands a line that is to be completed. commander has it, and does not say so in its types.
    const { rawArgs } = program as Command & { readonly rawArgs: readonly string[] };
    if (args[0] === 'bash' && !rawArgs.includes('--')) terminal.out.write(PROLOGUE);
  });
};
