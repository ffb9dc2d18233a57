/** One real-looking file of each language, with what it defines: `kind container>name@line`, in the order of the text. */
export const symbolSamples: Readonly<Record<string, { readonly text: string; readonly defines: readonly string[] }>> = {
  'lock.ts': {
    text: `import { z } from 'zod';

export const MAX_TRIES = 3;
let opened = 0;
export type LockId = string;
export enum State { Free, Held = 'held' }
export interface Lock {
  readonly id: LockId;
  release(): Promise<void>;
}
export const claim = async (id: LockId): Promise<Lock> => {
  const wait = () => opened;
  return { id, release: async () => void wait() };
};
@sealed
export abstract class Store<T> extends Base {
  #held = new Map<string, T>();
  static readonly limit: number = 5;
  onChange = (value: T) => value;
  constructor(private readonly clock: Clock) { super(); }
  abstract open(): void;
  get size(): number { return this.#held.size; }
}
declare function legacy(name: string): void;
namespace Inner { export const deep = 1; export function dig() {} }
`,
    defines: [
      'constant >MAX_TRIES@3',
      'variable >opened@4',
      'type >LockId@5',
      'enum >State@6',
      'constant State>Free@6',
      'constant State>Held@6',
      'interface >Lock@7',
      'field Lock>id@8',
      'method Lock>release@9',
      'function >claim@11',
      'function claim>wait@12',
      'method claim>release@13',
      'class >Store@16',
      'field Store>#held@17',
      'field Store>limit@18',
      'method Store>onChange@19',
      'method Store>constructor@20',
      'method Store>open@21',
      'method Store>size@22',
      'function >legacy@24',
      'module >Inner@25',
      'constant Inner>deep@25',
      'function Inner>dig@25',
    ],
  },
  'Page.tsx': {
    text: `export function Page({ title }: Props) {
  return <h1 onClick={() => open()}>{title}</h1>;
}
export const Row = (props: Props) => <tr>{props.children}</tr>;
`,
    defines: ['function >Page@1', 'function >Row@4'],
  },
  'legacy.js': {
    text: `var count = 0, total = 1;
function Shop(name) { this.name = name; }
Shop.prototype.open = function () { return count; };
module.exports.close = () => {};
const handlers = { onOpen: function () {}, onClose() {} };
class Till extends Shop { static rate = 2; #lock = () => 1; ring() {} }
const Mixed = class {};
async function* lines() {}
export let late = 1;
`,
    defines: [
      'variable >count@1',
      'variable >total@1',
      'function >Shop@2',
      'function >open@3',
      'function >close@4',
      'constant >handlers@5',
      'method handlers>onOpen@5',
      'method handlers>onClose@5',
      'class >Till@6',
      'field Till>rate@6',
      'method Till>#lock@6',
      'method Till>ring@6',
      'class >Mixed@7',
      'function >lines@8',
      'variable >late@9',
    ],
  },
  'lock.py': {
    text: `import os

TIMEOUT = 30

@dataclass
class Lock(Base):
    """A lock."""
    held = False

    def __init__(self, name):
        self.name = name

    @property
    async def owner(self):
        def inner():
            return self.name
        return inner()


def open_lock(name: str) -> Lock:
    return Lock(name)
`,
    defines: [
      'variable >TIMEOUT@3',
      'class >Lock@6',
      'field Lock>held@8',
      'method Lock>__init__@10',
      'method Lock>owner@14',
      'function Lock.owner>inner@15',
      'function >open_lock@20',
    ],
  },
  'Lock.java': {
    text: `package org.example;

@Deprecated
public final class Lock implements Closeable {
  private static final int MAX = 3;
  private String owner, holder;
  public Lock(String owner) { this.owner = owner; }
  @Override public void close() throws IOException { other.close(); }
  enum State { FREE, HELD { void go() {} } }
  interface Listener<T> { int LIMIT = 1; void changed(T value); }
  record Point(int x, int y) { Point { } }
  @interface Marked { String value() default ""; }
}
`,
    defines: [
      'class >Lock@4',
      'field Lock>MAX@5',
      'field Lock>owner@6',
      'field Lock>holder@6',
      'method Lock>Lock@7',
      'method Lock>close@8',
      'enum Lock>State@9',
      'constant Lock.State>FREE@9',
      'constant Lock.State>HELD@9',
      'method Lock.State.HELD>go@9',
      'interface Lock>Listener@10',
      'constant Lock.Listener>LIMIT@10',
      'method Lock.Listener>changed@10',
      'class Lock>Point@11',
      'method Lock.Point>Point@11',
      'interface Lock>Marked@12',
      'method Lock.Marked>value@12',
    ],
  },
  'lock.go': {
    text: `package lock

const MaxTries = 3

var (
	ErrHeld = errors.New("held")
	count int
)

type Lock struct {
	Name string
	held bool
}

type Store[T any] interface {
	Claim(id string) (T, error)
}

type ID = string
type Handler func(w Writer)

func New(name string) *Lock { return &Lock{Name: name} }

func (l *Lock) Release() error { return nil }
func (s stack[T]) Push(v T) {}
`,
    defines: [
      'constant >MaxTries@3',
      'variable >ErrHeld@6',
      'variable >count@7',
      'struct >Lock@10',
      'field Lock>Name@11',
      'field Lock>held@12',
      'interface >Store@15',
      'method Store>Claim@16',
      'type >ID@19',
      'type >Handler@20',
      'function >New@22',
      'method Lock>Release@24',
      'method stack>Push@25',
    ],
  },
  'lock.rs': {
    text: `pub const MAX: u32 = 3;
static COUNT: AtomicU32 = AtomicU32::new(0);
pub struct Lock<T> { name: String, inner: T }
pub enum State { Free, Held { by: String } }
pub trait Store { type Item; fn claim(&self) -> Self::Item; fn all(&self) {} }
impl<T> Lock<T> {
    pub async fn release(&mut self) -> Result<(), Error> { Ok(()) }
}
impl Store for Disk { type Item = u8; fn claim(&self) -> u8 { 0 } }
mod inner { pub fn dig() {} }
macro_rules! held { () => {}; }
type Result2<T> = Result<T, Error>;
union Raw { a: u8 }
fn main() {}
`,
    defines: [
      'constant >MAX@1',
      'variable >COUNT@2',
      'struct >Lock@3',
      'field Lock>name@3',
      'field Lock>inner@3',
      'enum >State@4',
      'constant State>Free@4',
      'constant State>Held@4',
      'field State.Held>by@4',
      'interface >Store@5',
      'type Store>Item@5',
      'method Store>claim@5',
      'method Store>all@5',
      'method Lock>release@7',
      'type Disk>Item@9',
      'method Disk>claim@9',
      'module >inner@10',
      'function inner>dig@10',
      'macro >held@11',
      'type >Result2@12',
      'struct >Raw@13',
      'field Raw>a@13',
      'function >main@14',
    ],
  },
  'lock.c': {
    text: `#include <stdio.h>
#define MAX_TRIES 3
#define HELD(l) ((l)->held)
typedef struct lock { int held; char *name; } lock_t;
typedef int (*callback_t)(int);
enum state { FREE, HELD_BY };
union raw { int a; };
static int count = 0;
int claim(lock_t *lock);
static char *owner_of(lock_t *lock)
{
  struct lock local;
  return lock->name;
}
`,
    defines: [
      'macro >MAX_TRIES@2',
      'macro >HELD@3',
      'struct >lock@4',
      'field lock>held@4',
      'field lock>name@4',
      'type >lock_t@4',
      'type >callback_t@5',
      'enum >state@6',
      'constant state>FREE@6',
      'constant state>HELD_BY@6',
      'struct >raw@7',
      'field raw>a@7',
      'variable >count@8',
      'function >claim@9',
      'function >owner_of@10',
    ],
  },
  'lock.cpp': {
    text: `namespace shop {
template <typename T> class Lock : public Base {
 public:
  explicit Lock(std::string name);
  ~Lock();
  void release() { held_ = false; }
  virtual T *owner() const = 0;
  bool operator==(const Lock &other) const;
 private:
  bool held_ = false;
};
enum class State { Free, Held };
using Id = std::string;
}  // namespace shop
shop::Lock::Lock(std::string name) {}
void shop::Till::open() {}
int main() { return 0; }
`,
    defines: [
      'module >shop@1',
      'class shop>Lock@2',
      'function shop.Lock>Lock@4',
      'method shop.Lock>~Lock@5',
      'method shop.Lock>release@6',
      'method shop.Lock>owner@7',
      'method shop.Lock>operator==@8',
      'field shop.Lock>held_@10',
      'enum shop>State@12',
      'constant shop.State>Free@12',
      'constant shop.State>Held@12',
      'type shop>Id@13',
      'method shop.Lock>Lock@15',
      'method shop.Till>open@16',
      'function >main@17',
    ],
  },
  'Lock.cs': {
    text: `namespace Shop.Tills
{
    public sealed class Lock : ILock
    {
        public const int Max = 3;
        private readonly string owner;
        public string Name { get; set; }
        public event EventHandler Changed;
        public Lock(string owner) { this.owner = owner; }
        void ILock.Release() { }
        public async Task<int> Claim<T>() { int Inner() => 1; return Inner(); }
    }
    public interface ILock { void Release(); }
    public record Point(int X, int Y);
    public struct Pair { }
    public enum State { Free, Held }
    public delegate void Handler(object sender);
}
`,
    defines: [
      'module >Shop.Tills@1',
      'class Shop.Tills>Lock@3',
      'field Shop.Tills.Lock>Max@5',
      'field Shop.Tills.Lock>owner@6',
      'field Shop.Tills.Lock>Name@7',
      'field Shop.Tills.Lock>Changed@8',
      'method Shop.Tills.Lock>Lock@9',
      'method Shop.Tills.Lock>Release@10',
      'method Shop.Tills.Lock>Claim@11',
      'function Shop.Tills.Lock.Claim>Inner@11',
      'interface Shop.Tills>ILock@13',
      'method Shop.Tills.ILock>Release@13',
      'class Shop.Tills>Point@14',
      'struct Shop.Tills>Pair@15',
      'enum Shop.Tills>State@16',
      'constant Shop.Tills.State>Free@16',
      'constant Shop.Tills.State>Held@16',
      'type Shop.Tills>Handler@17',
    ],
  },
  'Lock.php': {
    text: `<?php
namespace Shop\\Tills;
const LIMIT = 3;
interface Claims { public function claim(): bool; }
trait Counts { private int $count = 0; }
enum State: string { case Free = 'free'; }
final class Lock implements Claims {
    use Counts;
    public const MAX = 3;
    public function __construct(private string $owner) {}
    public static function of(string $name): self { return new self($name); }
    public function claim(): bool { return $this->other->claim(); }
}
function open_lock(string $name): Lock { return Lock::of($name); }
`,
    defines: [
      'module >Shop\\Tills@2',
      'constant >LIMIT@3',
      'interface >Claims@4',
      'method Claims>claim@4',
      'interface >Counts@5',
      'field Counts>count@5',
      'enum >State@6',
      'constant State>Free@6',
      'class >Lock@7',
      'constant Lock>MAX@9',
      'method Lock>__construct@10',
      'field Lock.__construct>owner@10',
      'method Lock>of@11',
      'method Lock>claim@12',
      'function >open_lock@14',
    ],
  },
  'lock.rb': {
    text: `require 'set'

MAX = 3

module Shop
  class Lock < Base
    LIMIT = 5
    attr_reader :owner, :name

    def initialize(owner)
      @owner = owner
    end

    def self.of(name) = new(name)

    def held?
      true
    end
    alias taken? held?
  end
end

def open_lock(name)
  Shop::Lock.of(name)
end
`,
    defines: [
      'constant >MAX@3',
      'module >Shop@5',
      'class Shop>Lock@6',
      'constant Shop.Lock>LIMIT@7',
      'method Shop.Lock>owner@8',
      'method Shop.Lock>name@8',
      'method Shop.Lock>initialize@10',
      'method Shop.Lock>of@14',
      'method Shop.Lock>held?@16',
      'method Shop.Lock>taken?@19',
      'function >open_lock@23',
    ],
  },
  'lock.sh': {
    text: `#!/usr/bin/env bash
set -eu
LIMIT=3
readonly NAME=lock
claim() {
  local tries=0
  echo "$tries"
}
function release { claim; }
`,
    defines: ['variable >LIMIT@3', 'variable >NAME@4', 'function >claim@5', 'function >release@9'],
  },
  'lock.ps1': {
    text: `class Lock {
    [string] $Owner
    [void] Release() { }
}
enum State { Free; Held }
function Get-Lock {
    param([string] $Name)
    return [Lock]::new()
}
`,
    defines: [
      'class >Lock@1',
      'field Lock>Owner@2',
      'method Lock>Release@3',
      'enum >State@5',
      'constant State>Free@5',
      'constant State>Held@5',
      'function >Get-Lock@6',
    ],
  },
};
