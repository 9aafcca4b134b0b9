### 실행, 기록, 관찰하는 프로그램, 비교의 메시지.

## 거부한 키.

program-was-interrupted = 프로그램에 인터럽트(SIGINT)를 보냈다 · 한 번 더 Ctrl-C: 끝내고 종료
no-run-before = 이 기록에 앞선 실행이 없다
no-run-after = 이 기록에 뒤의 실행이 없다
last-lane = 레인이 하나는 있어야 한다
too-many-lanes = 레인 { $n }개는 화면에 들어가지 않는다(최대 { $most }개)
lane-without-workers = { $lane }은(는) 워커 수와 관계없다: tab으로 다른 레인을 선택
other-lane-has-workers = { $workers }인 레인이 이미 있다
too-many-tasks = --tasks는 1에서 { $most }까지다, { $n }은(는) 안 된다
too-few-numbers =
    작업 { $tasks }개에는 숫자도 그만큼 필요한데 { $numbers }개뿐이다: --tasks를 줄이거나 --numbers를 늘려야 한다

## 자원, 인터프리터, 보정.

too-little-memory =
    프로세스 { $processes }개에 메모리 { $needed }(데이터 { $payload }, 프로세스마다 300 kB)이(가) 필요한데 { $available }뿐이다
too-few-threads =
    프로세스와 스레드 { $needed }개가 필요한데 { $available }개만 더 시작할 수 있다(ulimit -u, cgroup pids.max, {
        "" }kernel.threads-max)
too-few-files =
    열린 파일 { $needed }개가 필요한데 { $available }개까지다(ulimit -n)
too-little-address-space =
    프로세스 하나에 주소 공간 { $needed }이(가) 필요한데 { $available }까지다(ulimit -v)
lower-what-a-run-needs = { $shortage }: { $options }을(를) 줄이거나 --force를 써야 한다
raise-tasks = { $shortage }: --tasks를 늘리거나 --force를 써야 한다
options-of-memory = --tasks나 --workers, --numbers
options-of-processes = --tasks나 --workers
lesson-too-large = 수업 { $name }: { $shortage }: 다른 프로그램을 끝내거나 더 작은 수업을 골라야 한다
python-not-started = --python { $program }: { $error }; Python을 설치하거나 인터프리터를 지정해야 한다
python-unsuitable = --python { $program }: { $why }; multiprocessing이 있는 CPython 3.8 이상을 지정해야 한다
python-of-other-engine = { $engine }이다
python-printed-nothing = 아무것도 출력하지 않았다
io-dir-not-a-directory = --io-dir { $dir }은(는) 디렉터리가 아니다
io-dir-unreadable = --io-dir { $dir }을(를) 확인할 수 없다: { $error }
io-dir-in-memory = --io-dir { $dir }은(는) 메모리에 있다: 디스크의 디렉터리를 지정해야 한다
io-dir-not-writable = --io-dir { $dir }에 쓸 수 없다
lesson-needs-cores = 수업 { $lesson }에는 코어 { $needed }개가 필요한데 mpviz가 쓸 수 있는 코어는 { $usable }개다
not-calibrated = 머신을 측정하지 못했다: { $error }
calibration-contradicts = 머신을 측정하지 못했다: 프로세스들의 CPU 시간이 서로 맞지 않는다; 다시 해 봐야 한다

## 기록.

waiting-for-file = { $file } 대기 중
recording-is-incomplete = 기록 { $file }이(가) 불완전하다: { $error }
incomplete-note = { $reason }; 그 앞의 이벤트만 쓴다
truncated-in-line = 기록이 { $line }번째 줄에서 끊겼다
truncated-in-run = 기록이 실행 { $run }이(가) 끝나기 전 { $time }에서 끊겼다
unreadable-from-line = 기록을 { $line }번째 줄부터 읽을 수 없다({ $why })
damaged-in-line = 기록의 { $line }번째 줄이 손상되었다({ $why })
invalid-in-line = 기록의 { $line }번째 줄이 유효하지 않다({ $why })
simulated-note = 시뮬레이션: 실행하지 않고 측정한 작업에서 예측

## 기록에서 예측할 수 없는 이유.

no-such-lane = 실행에 레인 { $lane }이(가) 없다
profile-of-simulation = 시뮬레이션한 실행이다: 실제 실행에서 예측해야 한다
profile-unfinished = 끝나지 않은 작업이 있다
profile-without-cpu-time = 작업이나 워커의 CPU 시간이 없다
profile-without-pool = 풀이 나눠 준 작업이 아니다
profile-too-many-tasks = 예측하기에는 작업이 너무 많다

## 나란히 놓은 실행.

printing-the-table = { $why }: 표를 출력한다
saved-result-not-shown = { $run }은(는) 저장된 결과인데, 기록만 화면에 보일 수 있다
incomplete-run-not-shown = 기록 { $run }이(가) 실행보다 먼저 끝나는데, 온전한 실행만 화면에 보일 수 있다
no-run-to-show = 보일 실행이 없다
sizes-differ = { $run }과(와) { $other }은(는) 숫자나 작업 수가 달라 함께 보일 수 없다
too-many-lanes-of-runs = 레인 { $n }개는 화면에 들어가지 않는다(최대 { $most }개); --lanes로 골라야 한다
shared-cores-not-shown = { $run }의 레인들은 코어를 함께 썼는데 모두 들어가지 않는다
last-run-shown = { $run }의 실행 { $of }개 중 마지막 실행
lanes-left-out = 레인 { $most }개까지만 들어간다: { $modes } 제외, --lanes로 선택

## 시나리오.

look-at-this = 볼 것: { $what }
scenario-look-at = 볼 것: { $what }
scenarios-how-to-run = mpviz --scenario NAME으로 실행한다. 다른 옵션이 우선한다.
