; The installer of fanout.dll, for Windows:
;     makensis -DPLUGIN=fanout.dll -DLINE=4.4 -DVERSION=0.1.0 -DOUTPUT=setup.exe installer.nsi
; and, to install the window's library too, -DWINDOW=FILE -DWINDOW_NAME=NAME; to install the program too,
; -DPROGRAM=FOLDER, which has fanout.exe and fanout-dissector.dll.
; It finds Wireshark by the registry, as Wireshark's own installer left it, and refuses another line
; than the one that the plugin was built for: such a plugin would not be loaded. With /S it asks
; nothing, and /D=FOLDER, the last of its words, names Wireshark's folder. It ends with 0 if it
; installed, with 2 if it refused.
Target amd64-unicode
Name "fanout ${VERSION} for Wireshark ${LINE}"
OutFile "${OUTPUT}"
RequestExecutionLevel admin
SetCompressor /SOLID lzma
InstallDir ""
ShowInstDetails show

!include LogicLib.nsh
!include FileFunc.nsh
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\fanout for Wireshark ${LINE}"
!define WIRESHARK "Software\Microsoft\Windows\CurrentVersion\Uninstall\Wireshark"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

DirText "fanout is installed into Wireshark's folder." "Wireshark's folder"

Function .onInit
  SetRegView 64
  ${If} $INSTDIR == ""
    ReadRegStr $INSTDIR HKLM "${WIRESHARK}" "InstallLocation"
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR "$PROGRAMFILES64\Wireshark"
  ${EndIf}
FunctionEnd

; !macro refuse TEXT: tells why, and ends.
!macro refuse TEXT
  DetailPrint "${TEXT}"
  MessageBox MB_ICONSTOP|MB_OK "${TEXT}" /SD IDOK
  SetErrorLevel 2
  Quit
!macroend

Section
  ${IfNot} ${FileExists} "$INSTDIR\libwireshark.dll"
    !insertmacro refuse "There is no Wireshark in $INSTDIR."
  ${EndIf}
  ; The folder of plugins of an older Wireshark may be left behind: the library says what it is.
  GetDLLVersion "$INSTDIR\libwireshark.dll" $0 $1
  IntOp $2 $0 >> 16
  IntOp $2 $2 & 0xFFFF
  IntOp $3 $0 & 0xFFFF
  ${If} "$2.$3" != "${LINE}"
    !insertmacro refuse "The Wireshark in $INSTDIR is $2.$3, and this fanout is for ${LINE}."
  ${EndIf}
  SetOutPath "$INSTDIR\plugins\${LINE}\epan"
  SetOverwrite try
  ClearErrors
  File "/oname=fanout.dll" "${PLUGIN}"
  ${If} ${Errors}
    !insertmacro refuse "fanout.dll cannot be written: close Wireshark, and try again."
  ${EndIf}
!ifdef WINDOW
  SetOutPath "$INSTDIR\plugins\${LINE}\epan\fanout"
  File "/oname=${WINDOW_NAME}" "${WINDOW}"
  ${If} ${Errors}
    !insertmacro refuse "${WINDOW_NAME} cannot be written: close Wireshark, and try again."
  ${EndIf}
!endif
!ifdef PROGRAM
  ; Beside the libraries that it needs.
  SetOutPath "$INSTDIR"
  File "${PROGRAM}\fanout.exe" "${PROGRAM}\fanout-dissector.dll"
  ${If} ${Errors}
    !insertmacro refuse "fanout.exe cannot be written: end it where it runs, and try again."
  ${EndIf}
!endif
  WriteUninstaller "$INSTDIR\uninstall-fanout-${LINE}.exe"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "fanout for Wireshark ${LINE}"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "fanout maintainers"
  WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall-fanout-${LINE}.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall-fanout-${LINE}.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR\plugins\${LINE}\epan" "/M=fanout*.dll /S=0K /G=1" $0 $1 $2
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

Function un.onInit
  SetRegView 64
FunctionEnd

; What is beside fanout.dll is Wireshark's or another's, and stays.
Section "Uninstall"
  ClearErrors
  Delete "$INSTDIR\plugins\${LINE}\epan\fanout.dll"
  ${If} ${Errors}
    !insertmacro refuse "fanout.dll cannot be removed: close Wireshark, and try again."
  ${EndIf}
!ifdef WINDOW
  Delete "$INSTDIR\plugins\${LINE}\epan\fanout\${WINDOW_NAME}"
  ${If} ${Errors}
    !insertmacro refuse "${WINDOW_NAME} cannot be removed: close Wireshark, and try again."
  ${EndIf}
  RMDir "$INSTDIR\plugins\${LINE}\epan\fanout"
!endif
!ifdef PROGRAM
  ; The window's folder may not have been empty, which is no error.
  ClearErrors
  Delete "$INSTDIR\fanout.exe"
  Delete "$INSTDIR\fanout-dissector.dll"
  ${If} ${Errors}
    !insertmacro refuse "fanout.exe cannot be removed: end it where it runs, and try again."
  ${EndIf}
!endif
  ; Each goes only if it is empty.
  RMDir "$INSTDIR\plugins\${LINE}\epan"
  RMDir "$INSTDIR\plugins\${LINE}"
  RMDir "$INSTDIR\plugins"
  Delete "$INSTDIR\uninstall-fanout-${LINE}.exe"
  DeleteRegKey HKLM "${UNINSTALL}"
SectionEnd
