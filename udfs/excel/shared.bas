Option Explicit
' Made by Workbench from its registry of functions; do not edit. Functions and macros run in Python, through xlwings.

Private Const LASTS_SECONDS As Double = 5
Private Const MOST_KEPT As Long = 20000
Private Const DAY_SECONDS As Double = 86400

Private known As Object
Private born As Object
Private reasons As Object

Public Function WB_LAST_ERROR(ByRef cell As Variant) As Variant
Attribute WB_LAST_ERROR.VB_Description = "Why the cell shows an error, in words; empty where it shows none."
Attribute WB_LAST_ERROR.VB_ProcData.VB_Invoke_Func = " \n14"
    Dim place As String
    WB_LAST_ERROR = ""
    If reasons Is Nothing Then Exit Function
    If TypeName(cell) <> "Range" Then Exit Function
    If Not IsError(cell.Cells(1, 1).Value2) Then Exit Function
    place = cell.Cells(1, 1).Address(False, False, 1, True)
    If reasons.Exists(place) Then WB_LAST_ERROR = reasons.Item(place)
End Function

Private Function WB_Given(Optional ByRef given As Variant) As Variant
    ' What was left out is Empty; a range is its values, days as numbers.
    If IsMissing(given) Then
        WB_Given = Empty
    ElseIf TypeName(given) = "Range" Then
        WB_Given = given.Value2
    ElseIf IsObject(given) Then
        WB_Given = CVErr(2015)
    Else
        WB_Given = given
    End If
End Function

Private Function WB_Answer(ByVal name As String, ByVal lasting As Boolean, ByVal given As Variant) As Variant
    Dim key As String, place As String, found As Variant, at As Long, caller As Object
    If reasons Is Nothing Then WB_Forget
    Set caller = WB_Caller()
    place = ""
    If Not caller Is Nothing Then place = caller.Cells(1, 1).Address(False, False, 1, True)
    For at = LBound(given) To UBound(given)
        If IsError(given(at)) Then
            WB_Remember place, "An argument shows an error itself, and it is passed on."
            WB_Answer = given(at)
            Exit Function
        End If
    Next at
    key = WB_Key(name, given, WB_From1904(caller))
    If Len(key) > 0 Then
        If known.Exists(key) Then
            If lasting Or (Now - born.Item(key)) * DAY_SECONDS < LASTS_SECONDS Then
                WB_Answer = WB_Shown(known.Item(key), place)
                Exit Function
            End If
        End If
    End If
    On Error GoTo failed
    found = XLPy.CallUDF("udfs.excel.calls", "answer", Array(name, WB_From1904(caller), given), ThisWorkbook, caller)
    On Error GoTo 0
    If Len(key) > 0 Then
        If known.Count >= MOST_KEPT Then WB_Forget
        known.Item(key) = found
        born.Item(key) = Now
    End If
    WB_Answer = WB_Shown(found, place)
    Exit Function
failed:
    WB_Remember place, Err.Description
    WB_Answer = CVErr(2015)
End Function

Private Function WB_Caller() As Object
    Set WB_Caller = Nothing
    If TypeName(Application.Caller) = "Range" Then Set WB_Caller = Application.Caller
End Function

Private Function WB_From1904(ByVal caller As Object) As Boolean
    WB_From1904 = False
    If Not caller Is Nothing Then WB_From1904 = caller.Worksheet.Parent.Date1904
End Function

Private Function WB_Key(ByVal name As String, ByVal given As Variant, ByVal from1904 As Boolean) As String
    ' Single values only: a range is asked in one call, and comparing it would cost as much.
    Dim at As Long, text As String
    text = name & "|" & CStr(from1904)
    For at = LBound(given) To UBound(given)
        If IsArray(given(at)) Then
            WB_Key = ""
            Exit Function
        End If
        text = text & "|" & VarType(given(at)) & ":" & Len(CStr(given(at))) & ":" & CStr(given(at))
    Next at
    WB_Key = text
End Function

Private Function WB_Shown(ByVal found As Variant, ByVal place As String) As Variant
    ' A row comes as one dimension, a table as two.
    Dim shown() As Variant, row As Long, column As Long, lastColumn As Long
    If Not IsArray(found) Then
        WB_Shown = WB_Cell(found, place)
        Exit Function
    End If
    lastColumn = -1
    On Error Resume Next
    lastColumn = UBound(found, 2) - LBound(found, 2)
    On Error GoTo 0
    If lastColumn < 0 Then
        ReDim shown(0 To 0, 0 To UBound(found) - LBound(found))
        For column = 0 To UBound(shown, 2)
            shown(0, column) = WB_Cell(found(LBound(found) + column), place)
        Next column
    Else
        ReDim shown(0 To UBound(found, 1) - LBound(found, 1), 0 To lastColumn)
        For row = 0 To UBound(shown, 1)
            For column = 0 To lastColumn
                shown(row, column) = WB_Cell(found(LBound(found, 1) + row, LBound(found, 2) + column), place)
            Next column
        Next row
    End If
    WB_Shown = shown
End Function

Private Function WB_Cell(ByVal found As Variant, ByVal place As String) As Variant
    Dim mark As String, ends As Long
    WB_Cell = found
    If VarType(found) <> vbString Then Exit Function
    mark = ChrW(&HE000)
    If Left(found, 1) <> mark Then Exit Function
    ends = InStr(2, found, mark)
    WB_Remember place, Mid(found, ends + 1)
    Select Case Mid(found, 2, ends - 2)
        Case "#N/A"
            WB_Cell = CVErr(2042)
        Case "#NUM!"
            WB_Cell = CVErr(2036)
        Case "#DIV/0!"
            WB_Cell = CVErr(2007)
        Case "#REF!"
            WB_Cell = CVErr(2023)
        Case "#NAME?"
            WB_Cell = CVErr(2029)
        Case "#NULL!"
            WB_Cell = CVErr(2000)
        Case Else
            WB_Cell = CVErr(2015)
    End Select
End Function

Private Sub WB_Remember(ByVal place As String, ByVal reason As String)
    If Len(place) > 0 Then reasons.Item(place) = reason
End Sub

Private Sub WB_Forget()
    Set known = CreateObject("Scripting.Dictionary")
    Set born = CreateObject("Scripting.Dictionary")
    If reasons Is Nothing Then Set reasons = CreateObject("Scripting.Dictionary")
End Sub

Private Sub WB_Run(ByVal name As String)
    Dim told As Variant
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open a workbook first.", vbInformation, "Workbench"
        Exit Sub
    End If
    On Error GoTo failed
    Application.StatusBar = "Workbench: " & name & " ..."
    told = XLPy.CallUDF("udfs.excel.calls", "run_macro", Array(name), ActiveWorkbook)
    Application.StatusBar = False
    WB_Forget
    ' What cells show from the register may be another now.
    Application.CalculateFull
    MsgBox told, vbInformation, "Workbench"
    Exit Sub
failed:
    Application.StatusBar = False
    MsgBox Err.Description, vbExclamation, "Workbench"
End Sub

Public Sub WB_Ribbon(ByVal control As Object)
    WB_Run control.Tag
End Sub
