import type { UseMutationResult } from "@tanstack/react-query";

interface Done<D> {
  onSuccess?: (data: D) => void;
  onError?: (error: Error) => void;
}

export type Lasting<D, V> = Omit<UseMutationResult<D, Error, V>, "mutate"> & {
  mutate: (variables: V, done?: Done<D>) => void;
};

/**
 * A change whose callbacks run also when the component that asked for it has gone meanwhile: the row of what is deleted
 * or archived, a dialog that was closed. Those of `mutate` itself are dropped then, and with them the way back.
 */
export function lasting<D, V>(mutation: UseMutationResult<D, Error, V>): Lasting<D, V> {
  const mutate = (variables: V, { onSuccess, onError }: Done<D> = {}) => {
    mutation.mutateAsync(variables).then(
      (data) => onSuccess?.(data),
      (error: unknown) => onError?.(error as Error),
    );
  };
  return { ...mutation, mutate };
}
